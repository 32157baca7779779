// What the shipped machines count on every shipped trace. No change of code may change these
// numbers; when a machine's definition was meant to change them, write the new ones:
//   PEEKSIM_WRITE_GOLDEN=1 build/release/tests/test_cli --test-case='*engine counts on*'
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/cli/peeksim.h"

using namespace peeksim;
using nlohmann::json;

namespace {

// Energies are left out: they follow from counters and a table, and tests/energy has them.
json counters_of(const json& results, const char* machine) {
  json layer_cycles;
  for (const json& layer : results["layers"])
    layer_cycles[layer["name"]] = layer[machine]["counters"]["cycles"];
  return {{"network", results["totals"]["network"][machine]["counters"]},
          {"layer_cycles", layer_cycles}};
}

// By "MACHINE TRACE": the counters with prediction, and of the same machine without it.
json counters_by(const std::string& engine) {
  const Desk desk;
  json counters;
  for (const std::string machine :
       {"dense-16x16", "peek-16x16", "peek-64x4", "peek-16x16-packed", "peek-16x16-balanced",
        "dense-16x16-skip", "peek-16x16-skip", "peek-8x32-balanced"})
    for (const auto& file : std::filesystem::directory_iterator(shipped("traces"))) {
      if (file.path().extension() != ".h5") continue;
      const json results =
          json::parse(desk.ok({"run", shipped("configs/" + machine + ".yaml"), "--trace",
                               file.path().string(), "--engine", engine, "--json"}));
      counters[machine + " " + file.path().stem().string()] = {
          {"machine", counters_of(results, "machine")}, {"dense", counters_of(results, "dense")}};
    }
  return counters;
}

const std::string golden = shipped("tests/cli/golden/shipped_counters.json");

void check_counters_by(const std::string& engine) {
  const json changes = json::diff(json::parse(read_bytes(golden)), counters_by(engine));
  CHECK_MESSAGE(changes.empty(), "see the top of shipped_machines.cpp; of ", golden,
                " these changed:\n", changes.dump(1));
}

}  // namespace

TEST_CASE("what the event engine counts on shipped machines and traces is what it always was") {
  if (std::getenv("PEEKSIM_WRITE_GOLDEN") != nullptr) {
    std::ofstream(golden, std::ios::binary) << counters_by("event").dump(1) << '\n';
    FAIL("wrote ", golden, ": read what changed, then run the test again");
  }
  check_counters_by("event");
}

TEST_CASE("the clocked engine counts on shipped machines and traces what the event engine does") {
  check_counters_by("clocked");
}
