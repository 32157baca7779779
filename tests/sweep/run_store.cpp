// What points leave to each other: bounded, and packed into bytes between processes.
#include "sim/sweep/farm/run_store.h"

#include <doctest/doctest.h>

#include "sim/sweep/farm/wire.h"

using namespace peeksim;

TEST_CASE("a store forgets what was used longest ago") {
  BoundedStore<int> store(10);
  store.put("a", 1, 4);
  store.put("b", 2, 4);
  CHECK(*store.find("a") == 1);
  store.put("c", 3, 4);  // b was used longest ago
  CHECK(store.find("b") == nullptr);
  CHECK(*store.find("a") == 1);
  CHECK(*store.find("c") == 3);
  store.put("a", 9, 4);  // it is there already
  CHECK(*store.find("a") == 1);
  store.put("huge", 5, 100);  // alone it may stay
  CHECK(*store.find("huge") == 5);
  CHECK(store.find("a") == nullptr);
}

TEST_CASE("what was packed is unpacked, and a message cut short is known as such") {
  Packer packer;
  packer.put(std::string("name"));
  packer.put(7);
  packer.put(std::vector<double>{1.5, 2.5});
  const std::string bytes = packer.bytes();
  std::string name;
  int number = 0;
  std::vector<double> list;
  const auto unpack = [&](const std::string& from) {
    Unpacker unpacker(from);
    unpacker.get(name);
    unpacker.get(number);
    unpacker.get(list);
    return unpacker.complete();
  };
  CHECK(unpack(bytes));
  CHECK(name == "name");
  CHECK(number == 7);
  CHECK(list == std::vector<double>{1.5, 2.5});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(unpack(bytes.substr(0, size)));
  }
  CHECK_FALSE(unpack(bytes + "x"));
  CHECK_FALSE(unpack(std::string(64, '\xff')));
}
