// Read ports that follow the array, and warnings about those that do not.
#include "sim/config/ports.h"

#include <doctest/doctest.h>

#include "sim/config/load_machine.h"
#include "sim/config/show_machine.h"
#include "sim/config/to_yaml.h"
#include "tests/support/config_error.h"

using namespace peeksim;

namespace {

const Vocabulary words = {
    {"array.dispatch", {{"gate", "one read a row"}, {"packed", "four", {}, 4}}},
    {"prediction.policy", {{"none", "predicts nothing"}, {"peek", "computes peeks first"}}}};

MachineSpec load(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const TempFolder folder;
  folder.write("parent.yaml",
               "name: parent\nprediction: {policy: peek}\n"
               "buffers: {ifmap_read_width: auto, weight_read_width: auto}\n");
  return load_machine(folder.write("machine.yaml", text), overrides, words);
}

}  // namespace

TEST_CASE("auto gives a port for every row and lane, and one for every column and lane") {
  const MachineSpec plain = load("extends: parent.yaml\n");
  CHECK(plain.buffers.ifmap_read_width == 16);
  CHECK(plain.buffers.weight_read_width == 16);
  const MachineSpec wide = load("extends: parent.yaml\narray: {rows: 8, cols: 32, lanes: 2}\n");
  CHECK(wide.buffers.ifmap_read_width == 16);
  CHECK(wide.buffers.weight_read_width == 64);
  const MachineSpec packed = load("extends: parent.yaml\n", {"array.dispatch=packed"});
  CHECK(packed.buffers.ifmap_read_width == 64);
  CHECK(packed.buffers.weight_read_width == 16);
}

TEST_CASE("auto follows what is set later, and a number replaces it") {
  CHECK(load("extends: parent.yaml\n", {"array.rows=256"}).buffers.ifmap_read_width == 256);
  const std::string eight = "buffers.ifmap_read_width=8";
  CHECK(load("extends: parent.yaml\n", {eight}).buffers.ifmap_read_width == 8);
  CHECK(load("name: m\n").buffers.ifmap_read_width == 0);
}

TEST_CASE("the largest array has a port that a saved machine can be read back with") {
  const MachineSpec machine =
      load("extends: parent.yaml\narray: {rows: 4096, lanes: 1024, dispatch: packed}\n");
  CHECK(machine.buffers.ifmap_read_width == 4 * 4096 * 1024);
  const Value shown = show_machine(machine);
  CHECK(to_yaml(shown).find("width: auto") == std::string::npos);
  CHECK(machine_from_tree(shown, words).buffers.ifmap_read_width == 4 * 4096 * 1024);
}

TEST_CASE("another word than auto is an error that names the key") {
  const std::string error =
      config_error([] { load("name: m\n", {"buffers.ifmap_read_width=wide"}); });
  CHECK(error.find("--set: buffers.ifmap_read_width: expected") == 0);
}

TEST_CASE("a port that is narrower than auto is reported with what the array reads") {
  CHECK(narrow_ports(load("extends: parent.yaml\n"), words).empty());
  CHECK(narrow_ports(load("name: m\n"), words).empty());
  const MachineSpec machine = load("name: m\n", {"array.rows=256", "buffers.ifmap_read_width=16",
                                                 "buffers.weight_read_width=15"});
  const std::vector<std::string> warnings = narrow_ports(machine, words);
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[0] ==
        "buffers.ifmap_read_width is 16, the array reads 256 activations per cycle: it waits for "
        "the port; buffers.ifmap_read_width=auto follows the array");
  CHECK(warnings[1].find("buffers.weight_read_width is 15, the array reads 16 weights") == 0);
  CHECK(machine_warnings(machine, words) == warnings);
  CHECK(narrow_ports(load("name: m\n", {"buffers.ifmap_read_width=17"}), words).empty());
}
