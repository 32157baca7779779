// extends, --set and defaults: who wins, and what is refused on the way.
#include <doctest/doctest.h>

#include "sim/config/load_machine.h"
#include "sim/config/read_yaml.h"
#include "sim/config/show_machine.h"
#include "sim/config/to_yaml.h"
#include "tests/support/config_error.h"

using namespace peeksim;

namespace {

struct Files {
  TempFolder folder;

  MachineSpec load(const std::string& name, const std::vector<std::string>& overrides = {}) const {
    return load_machine(folder.path(name), overrides, {});
  }
  std::string error(const std::string& name, const std::vector<std::string>& overrides = {}) const {
    return config_error([&] { load(name, overrides); }, &folder);
  }
};

}  // namespace

TEST_CASE("a file with a name is a machine: everything else has a default") {
  Files files;
  files.folder.write("m.yaml", "name: small\n");
  const MachineSpec machine = files.load("m.yaml");
  CHECK(machine.name == "small");
  CHECK(machine.array.rows == 16);
  CHECK(machine.buffers.ifmap_bytes == 262144);
  CHECK(machine.dram.bytes_per_10_cycles == 160);
  CHECK(machine.prediction.policy == "peek");
}

TEST_CASE("a machine without a name is refused") {
  Files files;
  files.folder.write("m.yaml", "array: {rows: 4}\n");
  CHECK(files.error("m.yaml") == "m.yaml: the machine has no name; add the key 'name'");
}

TEST_CASE("the child's keys replace the parent's, and overrides replace both in their order") {
  Files files;
  files.folder.write("base/grand.yaml",
                     "name: grand\narray: {rows: 2, cols: 3, lanes: 5}\nclock_mhz: 100\n");
  files.folder.write("base/parent.yaml", "extends: grand.yaml\nname: parent\narray: {cols: 7}\n");
  files.folder.write("child.yaml", "extends: base/parent.yaml\nname: child\narray:\n  lanes: 9\n");
  const MachineSpec machine = files.load("child.yaml");
  CHECK(machine.name == "child");
  CHECK(machine.array.rows == 2);
  CHECK(machine.array.cols == 7);
  CHECK(machine.array.lanes == 9);
  CHECK(machine.clock_mhz == 100);
  CHECK(machine.array.dispatch == "gate");

  const MachineSpec set =
      files.load("child.yaml", {"array.rows=11", "array.lanes=12", "array.lanes=13"});
  CHECK(set.array.rows == 11);
  CHECK(set.array.cols == 7);
  CHECK(set.array.lanes == 13);
}

TEST_CASE("a width in bytes is another spelling: of both, the one that is given later counts") {
  Files files;
  files.folder.write("bits.yaml", "name: m\nprecision: {activation_bits: 12, weight_bits: 4}\n");
  files.folder.write("bytes.yaml", "extends: bits.yaml\nprecision: {activation_bytes: 2}\n");
  files.folder.write("both.yaml", "name: m\nprecision:\n  weight_bits: 8\n  weight_bytes: 2\n");
  CHECK(files.load("bits.yaml").precision.activation_bits == 12);
  const MachineSpec machine = files.load("bytes.yaml");
  CHECK(machine.precision.activation_bits == 16);
  CHECK(machine.precision.weight_bits == 4);
  CHECK(machine.location("precision.activation_bits").line == 2);
  CHECK(files.load("bytes.yaml", {"precision.activation_bits=4"}).precision.activation_bits == 4);
  CHECK(files.load("bits.yaml", {"precision.weight_bits=16", "precision.weight_bytes=4"})
            .precision.weight_bits == 32);
  CHECK(
      files.error("both.yaml") ==
      "both.yaml:4: precision.weight_bytes: weight_bits and weight_bytes are both given; keep one");
  // Whole bytes are shown as bytes, others in bits.
  const Value shown = *show_machine(machine).find("precision");
  CHECK(shown.find("activation_bytes")->text() == "2");
  CHECK(shown.find("activation_bits") == nullptr);
  CHECK(shown.find("weight_bits")->text() == "4");
  CHECK(shown.find("weight_bytes") == nullptr);
  const MachineTemplate base(files.folder.path("bits.yaml"), {});
  CHECK(base.with({{"precision.weight_bytes", Value::scalar("2")}}, {}).precision.weight_bits ==
        16);
}

TEST_CASE("a byte rate may have one decimal") {
  Files files;
  files.folder.write("m.yaml", "name: m\ndram: {bytes_per_cycle: 25.6}\n");
  CHECK(files.load("m.yaml").dram.bytes_per_10_cycles == 256);
  CHECK(files.load("m.yaml").dram.transfer_cycles(64) == 3);
  CHECK(files.load("m.yaml", {"dram.bytes_per_cycle=0.1"}).dram.transfer_cycles(3) == 30);
  CHECK(show_machine(files.load("m.yaml")).find("dram")->find("bytes_per_cycle")->text() == "25.6");
}

TEST_CASE("lists are replaced as a whole") {
  Files files;
  files.folder.write("parent.yaml",
                     "name: p\nprediction:\n  exclude: [first, \"a*\"]\n  layers:\n"
                     "    - {match: a, threshold: 1}\n    - {match: b, threshold: 2}\n");
  files.folder.write(
      "child.yaml",
      "extends: parent.yaml\nprediction:\n  exclude: [b]\n  layers: [{match: c, policy: none}]\n");
  const MachineSpec machine = files.load("child.yaml");
  CHECK(machine.prediction.exclude == std::vector<std::string>{"b"});
  REQUIRE(machine.prediction.layers.size() == 1);
  CHECK(machine.prediction.layers[0].match == "c");
  CHECK(machine.prediction.layers[0].where.line == 4);
}

TEST_CASE("files that extend each other in a circle are refused with the circle") {
  Files files;
  files.folder.write("a.yaml", "name: a\nextends: b.yaml\n");
  files.folder.write("b.yaml", "extends: sub/../a.yaml\n");
  files.folder.write("self.yaml", "extends: self.yaml\n");
  files.folder.write("sub/x", "");
  CHECK(files.error("a.yaml").find("b.yaml:1: extends: the files extend each other in a circle: "
                                   "a.yaml -> b.yaml -> a.yaml") == 0);
  CHECK(files.error("self.yaml").find("self.yaml -> self.yaml") != std::string::npos);
}

TEST_CASE("a long chain of files is read to its end") {
  const Files files;
  files.folder.write("0.yaml", "name: first\narray: {rows: 3}\n");
  constexpr int last = 2000;
  for (int i = 1; i <= last; ++i)
    files.folder.write(std::to_string(i) + ".yaml",
                       "extends: " + std::to_string(i - 1) + ".yaml\n");
  const MachineSpec machine = files.load(std::to_string(last) + ".yaml");
  CHECK(machine.name == "first");
  CHECK(machine.array.rows == 3);
}

TEST_CASE("a missing parent is refused where it is named") {
  Files files;
  files.folder.write("a.yaml", "name: a\nextends: none.yaml\n");
  files.folder.write("b.yaml", "name: b\nextends: [a.yaml]\n");
  CHECK(files.error("a.yaml").find("a.yaml:2: extends: cannot read the machine file none.yaml") ==
        0);
  CHECK(files.error("b.yaml").find("b.yaml:2: extends: expected a single value") == 0);
}

TEST_CASE("overrides take lists and maps in YAML") {
  Files files;
  files.folder.write("m.yaml", "name: m\n");
  const MachineSpec machine =
      files.load("m.yaml", {"prediction.window=[3, 4]", "prediction.peeks=[[2, 3]]", "name=other",
                            "prediction.layers=[{match: \"conv*\", threshold: 0.5}]",
                            "array.gate_zero_activations=false"});
  CHECK(machine.prediction.window.height == 3);
  CHECK(machine.prediction.window.width == 4);
  CHECK(machine.prediction.peeks.list == std::vector<Position>{{2, 3}});
  CHECK(machine.prediction.layers.at(0).threshold == 0.5);
  CHECK_FALSE(machine.array.gate_zero_activations);
  CHECK(machine.name == "other");
}

TEST_CASE("a bad override is refused with its key") {
  Files files;
  files.folder.write("m.yaml", "name: m\n");
  const auto error = [&](const std::string& text) { return files.error("m.yaml", {text}); };
  CHECK(error("array.rows").find("--set: expected key=value, found 'array.rows'") == 0);
  CHECK(error("=4").find("--set: expected key=value") == 0);
  CHECK(error("array.rows=").find("--set: array.rows: nothing is written here") == 0);
  CHECK(error("array.rows=four").find("--set: array.rows: expected an integer from 1 to 4096") ==
        0);
  CHECK(error("array.rows=0").find("--set: array.rows: expected") == 0);
  CHECK(error("array.rowz=4") == "--set: unknown key 'array.rowz'; did you mean 'array.rows'?");
  CHECK(error("rows=4") == "--set: unknown key 'rows'; did you mean 'array.rows'?");
  CHECK(error("aray.rows=4") == "--set: unknown key 'aray.rows'; did you mean 'array.rows'?");
  CHECK(error("extends=x.yaml").find("unknown key 'extends'") != std::string::npos);
  CHECK(
      error("array={rows: 8}").find("--set: array: is a group of keys; set its keys one by one") ==
      0);
  CHECK(error("prediction.window=[1, 2")
            .find("--set: prediction.window: found a list or map as a key, or an open bracket") ==
        0);
  CHECK(error("prediction.layers=[{match: a, treshold: 1}]") ==
        "--set: prediction.layers[0].treshold: unknown key 'treshold'; did you mean 'threshold'?");
}

TEST_CASE("a location is that of the setting, or the machine's name for a default") {
  Files files;
  files.folder.write("m.yaml", "name: m\n\narray:\n  rows: 4\n");
  const MachineSpec machine = files.load("m.yaml", {"array.cols=8"});
  CHECK(machine.location("array.rows").line == 4);
  CHECK(machine.location("array.cols").text() == "--set: array.cols");
  CHECK(machine.location("array.lanes").text() == "m: array.lanes");
}

TEST_CASE("a template gives what load_machine gives with the same keys on top") {
  Files files;
  files.folder.write("parent.yaml", "name: parent\narray: {rows: 2, cols: 3}\n");
  files.folder.write("child.yaml", "extends: parent.yaml\nname: child\n");
  const MachineTemplate child(files.folder.path("child.yaml"), {});
  const KeyValues keys = {{"array.rows", Value::scalar("5")}, {"array.rows", Value::scalar("6")}};
  CHECK(to_yaml(show_machine(child.with(keys, {}))) ==
        to_yaml(show_machine(files.load("child.yaml", {"array.rows=6"}))));
  CHECK(child.with({}, {}).array.rows == 2);  // nothing of the last one is left
  CHECK(config_error([&] {
          child.with({{"array.rows", Value::scalar("x", {"s.yaml", 3, ""})}}, {});
        }).find("s.yaml:3: expected an integer") == 0);
}

TEST_CASE("a part of a machine has nested or dotted keys and no extends") {
  const auto keys = [](const std::string& yaml) {
    std::vector<std::string> names;
    for (const auto& [key, value] : partial_machine(parse_yaml(yaml, "part"), {}))
      names.push_back(key + "=" + value.text());
    return names;
  };
  CHECK(keys("{array: {rows: 2}, array.cols: 3}") ==
        std::vector<std::string>{"array.cols=3", "array.rows=2"});
  CHECK(config_error([&] { keys("{array: {row: 2}}"); }) ==
        "part:1: array.row: unknown key 'array.row'; did you mean 'array.rows'?");
  CHECK(config_error([&] { keys("{extends: x.yaml}"); }).find("extends is not allowed") !=
        std::string::npos);
}
