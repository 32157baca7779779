// What is wrong with a machine is said in one line, before anything is simulated or written.
#include <doctest/doctest.h>

#include "tests/cli/peeksim.h"

using namespace peeksim;

TEST_CASE("an unknown key is refused with the key that was meant") {
  const Desk desk;
  desk.refused_machine("array:\n  row: 8\n", {"other.yaml:4: array.row: unknown key 'array.row'",
                                              "did you mean 'array.rows'?"});
  desk.refused_machine("aray:\n  rows: 8\n", {"other.yaml:3: ", "did you mean 'array'?"});
}

TEST_CASE("a key that is given twice is refused with both lines") {
  const Desk desk;
  desk.refused_machine("array:\n  rows: 8\n  rows: 4\n",
                       {"other.yaml:5: array.rows: duplicate key, first on line 4; keep one"});
}

TEST_CASE("a value of another type is refused") {
  const Desk desk;
  desk.refused_machine("array:\n  rows: four\n",
                       {"other.yaml:4: array.rows: expected an integer", "found 'four'"});
}

TEST_CASE("a value out of range is refused with the range") {
  const Desk desk;
  desk.refused_machine("array:\n  rows: 0\n",
                       {"other.yaml:4: array.rows: expected an integer from 1 to 4096, found 0"});
}

TEST_CASE("a number that YAML would read as octal is refused") {
  const Desk desk;
  desk.refused_machine("array:\n  rows: 010\n",
                       {"other.yaml:4: array.rows: ", "found '010'", "without leading zeros"});
}

TEST_CASE("a machine file that is not there is named, and so is a parent that is not there") {
  const Desk desk;
  desk.refused({"run", "missing.yaml", "--trace", "trace.h5", "--out", "out"}, 3,
               {"missing.yaml: cannot read this file: No such file or directory; check the path"});
  desk.files.write("orphan.yaml", "extends: missing.yaml\nname: orphan\n");
  desk.refused({"config", "check", "orphan.yaml"}, 3,
               {"orphan.yaml:1: extends: cannot read the machine file missing.yaml"});
}

TEST_CASE("a bad --set is refused like a bad line of a file") {
  const Desk desk;
  const auto set = [&](const std::string& text, const Words& parts) {
    desk.refused({"run", "machine.yaml", "--trace", "trace.h5", "--out", "out", "--set", text}, 3,
                 parts);
  };
  set("array.rows", {"--set: expected key=value, found 'array.rows'; for example"});
  set("array.row=8", {"--set: unknown key 'array.row'; did you mean 'array.rows'?"});
  set("array.rows=x", {"--set: array.rows: expected an integer", "found 'x'"});
  set("array=8", {"--set: array: is a group of keys; "});
}

TEST_CASE("machines that extend each other are refused with the circle") {
  const Desk desk;
  desk.files.write("a.yaml", "name: a\nextends: b.yaml\n");
  desk.files.write("b.yaml", "name: b\nextends: a.yaml\n");
  desk.refused({"run", "a.yaml", "--trace", "trace.h5", "--out", "out"}, 3,
               {"b.yaml:2: extends: ", "a.yaml -> b.yaml -> a.yaml; remove one extends"});
}

TEST_CASE("an unknown dispatch policy, predictor or energy table is refused with a near name") {
  const Desk desk;
  desk.refused_machine("array:\n  dispatch: gat\n",
                       {"other.yaml:4: array.dispatch: ", "did you mean 'gate'?"});
  desk.refused_machine("prediction:\n  policy: pek\n",
                       {"other.yaml:4: prediction.policy: ", "did you mean 'peek'?"});
  desk.refused_machine("energy: 45mm\n", {"other.yaml:3: energy: ", "did you mean '45nm'?"});
  desk.refused_machine(
      "energy: ./own.yaml\n",
      {"other.yaml:3: energy: cannot read the energy table ./own.yaml: there is no such file; "});
}

TEST_CASE("a thresholds file with the wrong number of channels is refused with the layer") {
  const Desk desk;
  desk.files.write("thresholds.yaml", "conv2: [0.1, 0.2]\n");
  desk.refused_machine("prediction:\n  thresholds_file: thresholds.yaml\n",
                       {"other.yaml:4: prediction.thresholds_file: layer 'conv2' has 8 output "
                        "channels, but 2 thresholds are given for it; give one threshold"});
}

TEST_CASE("a buffer too small for one window is refused with the layer and the size it needs") {
  const Desk desk;
  desk.refused_machine("buffers:\n  ifmap_bytes: 32\n",
                       {"other.yaml:4: buffers.ifmap_bytes: layer 'conv1': one window needs ",
                        "but half of it holds 16; make buffers.ifmap_bytes at least "},
                       5);
  desk.refused({"run", "machine.yaml", "--trace", "trace.h5", "--out", "out", "--set",
                "buffers.ofmap_bytes=2"},
               5, {"--set: buffers.ofmap_bytes: layer 'conv1': "});
}

TEST_CASE("a machine that is no YAML at all is refused") {
  const Desk desk;
  desk.files.write("broken.yaml", "array: [1\n");
  desk.refused({"config", "check", "broken.yaml"}, 3, {"broken.yaml:", "not valid YAML"});
  desk.refused({"config", "check", "trace.h5"}, 3, {"trace.h5"});
  desk.refused({"config", "check", "."}, 3, {".: is a folder"});
}
