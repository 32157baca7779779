// Thresholds per channel: inline, from a file, and which of the two counts.
#include <doctest/doctest.h>

#include "sim/config/load_machine.h"
#include "tests/support/config_error.h"

using namespace peeksim;

namespace {

MachineSpec load(const TempFolder& folder, const std::string& name = "m.yaml",
                 const std::vector<std::string>& overrides = {}) {
  return load_machine(folder.path(name), overrides, {});
}

std::string error(const std::string& thresholds) {
  const TempFolder folder;
  folder.write("m.yaml", "name: m\nprediction: {thresholds_file: t.yaml}\n");
  folder.write("t.yaml", thresholds);
  return config_error([&] { load(folder); }, &folder);
}

}  // namespace

TEST_CASE("a thresholds file is found from the folder of the file that names it") {
  const TempFolder folder;
  folder.write("base/m.yaml", "name: m\nprediction: {thresholds_file: sub/t.json}\n");
  folder.write("base/sub/t.json", "{\"conv1\": [0, -0.5, \"never\"], \"conv2\": [1e-3]}");
  folder.write("child.yaml", "extends: base/m.yaml\n");
  const MachineSpec machine = load(folder, "child.yaml");
  CHECK(machine.prediction.channel_thresholds.at("conv1") ==
        std::vector<double>{0, -0.5, never_predicted});
  CHECK(machine.prediction.channel_thresholds.at("conv2") == std::vector<double>{0.001});
  CHECK(machine.location("prediction.thresholds_file").line == 2);
}

TEST_CASE("the same thresholds can stand in the machine file") {
  const TempFolder folder;
  folder.write("m.yaml", "name: m\nprediction:\n  channel_thresholds:\n    conv1: [0, never]\n");
  const MachineSpec machine = load(folder);
  CHECK(machine.prediction.channel_thresholds.at("conv1") ==
        std::vector<double>{0, never_predicted});
  CHECK(machine.location("prediction.thresholds_file").line == 3);
}

TEST_CASE("of thresholds in line and in a file the later replaces the earlier") {
  const TempFolder folder;
  folder.write("t.yaml", "a: [1]\n");
  folder.write("file.yaml", "name: f\nprediction: {thresholds_file: t.yaml}\n");
  folder.write("inline.yaml", "extends: file.yaml\nprediction: {channel_thresholds: {b: [2]}}\n");
  folder.write("again.yaml", "extends: inline.yaml\nprediction: {thresholds_file: t.yaml}\n");
  folder.write("cleared.yaml", "extends: file.yaml\nprediction: {thresholds_file: ''}\n");
  using Thresholds = std::map<std::string, std::vector<double>>;
  CHECK(load(folder, "inline.yaml").prediction.channel_thresholds == Thresholds{{"b", {2}}});
  CHECK(load(folder, "again.yaml").prediction.channel_thresholds == Thresholds{{"a", {1}}});
  CHECK(load(folder, "cleared.yaml").prediction.channel_thresholds.empty());
  CHECK(load(folder, "file.yaml", {"prediction.channel_thresholds={}"})
            .prediction.channel_thresholds.empty());
  CHECK(load(folder, "inline.yaml", {"prediction.thresholds_file=" + folder.path("t.yaml")})
            .prediction.channel_thresholds == Thresholds{{"a", {1}}});
}

TEST_CASE("giving both in one file is refused") {
  const TempFolder folder;
  folder.write("t.yaml", "a: [1]\n");
  folder.write("m.yaml",
               "name: m\nprediction:\n  thresholds_file: t.yaml\n  channel_thresholds: {a: [1]}\n");
  CHECK(
      config_error([&] { load(folder); }, &folder)
          .find("m.yaml:3: prediction.thresholds_file: channel_thresholds and thresholds_file are "
                "both given") == 0);
}

TEST_CASE("a bad thresholds file is refused at its own line") {
  CHECK(error("conv1: [0]\nconv2: [0, x]\n")
            .find("t.yaml:2: conv2[1]: expected a finite decimal number") == 0);
  CHECK(error("conv1: [0, .nan]\n").find("t.yaml:1: conv1[1]: expected a finite") == 0);
  CHECK(error("conv1: 0\n").find("t.yaml:1: conv1: expected a list") == 0);
  CHECK(error("conv1: []\n").find("t.yaml:1: conv1: expected one threshold per output channel") ==
        0);
  CHECK(error("[1, 2]\n").find("t.yaml:1: expected a map of keys, found a list") == 0);
  CHECK(error("{}\n").find("t.yaml:1: expected thresholds by layer name") == 0);
  CHECK(error("").find("t.yaml: nothing is written here") == 0);
  CHECK(error("a: [1]\na: [2]\n").find("t.yaml:2: a: duplicate key") == 0);
  CHECK(error("a: ['0']\n").find("t.yaml:1: a[0]: expected a number") == 0);
}

TEST_CASE("a missing thresholds file is refused where it is named") {
  const TempFolder folder;
  folder.write("m.yaml", "name: m\nprediction:\n  thresholds_file: none.yaml\n");
  CHECK(
      config_error([&] { load(folder); }, &folder)
          .find(
              "m.yaml:3: prediction.thresholds_file: cannot read the thresholds file none.yaml") ==
      0);
}
