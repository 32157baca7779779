// Values on their way into a page: as few bytes as their number of different values allows, and
// exactly the same floats when they are unpacked.
#include "sim/page/packed_values.h"

#include <doctest/doctest.h>

#include <cstring>

#include "sim/page/base64.h"
#include "tests/support/random.h"

using namespace peeksim;

namespace {

// What the page does: places in the table, or the floats themselves.
std::vector<float> unpack(const PackedValues& packed) {
  std::vector<float> values;
  for (std::size_t i = 0; i < packed.bytes.size(); i += packed.width) {
    std::uint32_t number = 0;
    for (int j = packed.width - 1; j >= 0; --j)
      number = number << 8 | static_cast<unsigned char>(packed.bytes[i + j]);
    float value = 0;
    if (packed.table.empty())
      std::memcpy(&value, &number, sizeof value);
    else
      value = packed.table.at(number);
    values.push_back(value);
  }
  return values;
}

// `count` values, `different` of them different.
std::vector<float> some_values(int count, int different) {
  Random random(1);
  std::vector<float> values;
  for (int i = 0; i < count; ++i)
    values.push_back(0.1f * static_cast<float>(random.between(0, different - 1)) - 3);
  for (int i = 0; i < different; ++i) values[i] = 0.1f * static_cast<float>(i) - 3;
  return values;
}

void check_width(const std::vector<float>& values, int width) {
  const PackedValues packed = pack(values);
  CHECK(packed.width == width);
  CHECK(packed.bytes.size() == values.size() * width);
  CHECK(unpack(packed) == values);
}

}  // namespace

TEST_CASE("up to 256 different values take a byte each, up to 65536 two, and come back exactly") {
  check_width(some_values(5000, 256), 1);
  check_width(some_values(5000, 257), 2);
  check_width(some_values(200000, 65536), 2);
  check_width(some_values(200000, 65537), 4);
}

TEST_CASE("a table that would be longer than what it saves is left out") {
  check_width(some_values(100, 100), 4);
  check_width(some_values(5000, 4000), 4);
  check_width({}, 4);
}

TEST_CASE("floats are little-endian, and base64 is that of RFC 4648") {
  CHECK(bytes_of({1.0f}) == std::string("\0\0\x80\x3f", 4));
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xff\xfe\xfd") == "//79");
}
