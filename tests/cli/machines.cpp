// `peeksim config`: checking, showing and explaining machines.
#include <doctest/doctest.h>

#include <filesystem>

#include "tests/cli/peeksim.h"

using namespace peeksim;

namespace {

Words shipped_machines() {
  Words machines;
  for (const auto& entry : std::filesystem::directory_iterator(shipped("configs")))
    if (entry.path().extension() == ".yaml") machines.push_back(entry.path().string());
  REQUIRE(machines.size() >= 5);
  return machines;
}

}  // namespace

TEST_CASE("every shipped machine passes the check") {
  const Desk desk;
  for (const std::string& machine : shipped_machines()) {
    const std::string name = std::filesystem::path(machine).stem().string();
    CHECK(desk.ok({"config", "check", machine}) == machine + ": ok (" + name + ")\n");
  }
}

TEST_CASE("a shown machine is complete and shows itself again") {
  const Desk desk;
  for (const std::string& machine : shipped_machines()) {
    CAPTURE(machine);
    const std::string shown = desk.ok({"config", "show", machine});
    for (const std::string key : {"name: ", "  rows: ", "  dispatch: ", "  weight_read_width: ",
                                  "  bytes_per_cycle: ", "  threshold: ", "  loop_order: "}) {
      CAPTURE(key);
      CHECK(contains(shown, key));
    }
    CHECK_FALSE(contains(shown, "extends"));
    desk.files.write("shown.yaml", shown);
    CHECK(desk.ok({"config", "show", "shown.yaml"}) == shown);
  }
}

TEST_CASE("a shown machine has the overrides, the last one winning") {
  const Desk desk;
  const std::string shown =
      desk.ok({"config", "show", "machine.yaml", "--set", "array.rows=32", "--set",
               "prediction.window=[3, 3]", "--set", "array.rows=64"});
  CHECK(contains(shown, "  rows: 64\n"));
  CHECK(contains(shown, "  window: [3, 3]\n"));
}

TEST_CASE("docs/config-reference.md is what `peeksim config reference` prints") {
  const Desk desk;
  const bool current =
      desk.ok({"config", "reference"}) == read_bytes(shipped("docs/config-reference.md"));
  CHECK_MESSAGE(current, "run: peeksim config reference > docs/config-reference.md");
}
