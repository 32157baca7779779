// All notations of an axis are expanded to a list of choices.
#include "sim/sweep/design/axis.h"

#include "sim/config/read_yaml.h"
#include "sim/run/machine_vocabulary.h"
#include "tests/sweep/sample.h"

using namespace peeksim;

namespace {

std::vector<std::string> choices(const std::string& name, const std::string& yaml) {
  std::vector<std::string> texts;
  for (const AxisChoice& choice :
       read_axis(name, parse_yaml(yaml, "sweep.yaml"), vocabulary()).choices) {
    std::string text;
    for (const auto& [column, value] : choice.shown)
      text += (text.empty() ? "" : " ") + column + "=" + value;
    texts.push_back(text);
  }
  return texts;
}

// The values alone.
std::vector<std::string> values(const std::string& key, const std::string& yaml) {
  std::vector<std::string> texts;
  for (const AxisChoice& choice :
       read_axis(key, parse_yaml(yaml, "sweep.yaml"), vocabulary()).choices)
    texts.push_back(choice.shown.at(0).second);
  return texts;
}

std::string error(const std::string& name, const std::string& yaml) {
  return config_error([&] { read_axis(name, parse_yaml(yaml, "sweep.yaml"), vocabulary()); });
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("an axis is a list of values of a key") {
  CHECK(values("array.rows", "[8, 16]") == Texts{"8", "16"});
  CHECK(values("prediction.window", "[[2, 2], [4, 2]]") == Texts{"[2, 2]", "[4, 2]"});
  CHECK(values("array.dispatch", "[gate]") == Texts{"gate"});
}

TEST_CASE("a range has both of its ends when its steps meet the last one") {
  CHECK(values("array.rows", "{range: [8, 32, 8]}") == Texts{"8", "16", "24", "32"});
  CHECK(values("array.rows", "{range: [8, 31, 8]}") == Texts{"8", "16", "24"});
  CHECK(values("array.rows", "{range: [8, 2, -3]}") == Texts{"8", "5", "2"});
  CHECK(values("prediction.threshold", "{range: [0, 0.3, 0.1]}") ==
        Texts{"0", "0.1", "0.2", "0.3"});
  CHECK(values("buffers.ifmap_bytes", "{range: [1 KiB, 3 KiB, 1 KiB]}") ==
        Texts{"1024", "2048", "3072"});
}

TEST_CASE("linspace and logspace space values evenly, by difference and by ratio") {
  CHECK(values("prediction.threshold", "{linspace: [-1, 1, 5]}") ==
        Texts{"-1", "-0.5", "0", "0.5", "1"});
  CHECK(values("prediction.threshold", "{linspace: [0, 1, 4]}") ==
        Texts{"0", "0.333333333333", "0.666666666667", "1"});
  CHECK(values("buffers.ifmap_bytes", "{logspace: [1 KiB, 8 KiB, 4]}") ==
        Texts{"1024", "2048", "4096", "8192"});
  CHECK(values("array.rows", "{logspace: [1, 10, 3]}") == Texts{"1", "3", "10"});  // whole PEs
}

TEST_CASE("zipped keys advance together") {
  CHECK(choices("shape", "{zip: {array.rows: [8, 16], array.cols: {range: [4, 8, 4]}}}") ==
        Texts{"array.rows=8 array.cols=4", "array.rows=16 array.cols=8"});
}

TEST_CASE("an overlay is a named part of a machine, in place or in a file beside the sweep file") {
  const TempFolder folder;
  folder.write("careful.yaml", "prediction: {threshold: -1, latency: 9}\n");
  const std::string sweep = folder.write(
      "sweep.yaml", "overlays:\n  plain: {}\n  here: {array.rows: 2}\n  file: careful.yaml\n");
  const Axis axis = read_axis("style", read_yaml(sweep), vocabulary());
  REQUIRE(axis.choices.size() == 3);
  CHECK(axis.choices[0].shown == AxisChoice{{{"style", "plain"}}, {}}.shown);
  CHECK(axis.choices[0].keys.empty());
  CHECK(axis.choices[1].keys.at(0).first == "array.rows");
  CHECK(axis.choices[2].keys.size() == 2);
  CHECK(axis.choices[2].shown.at(0).second == "file");
}

TEST_CASE("a mistake in an axis is an error that says what was expected") {
  CHECK(error("array.row", "[1]") ==
        "sweep.yaml:1: 'array.row' is no key of a machine; did you mean 'array.rows'?");
  CHECK(error("rows", "[1]").find("did you mean 'array.rows'?") != std::string::npos);
  CHECK(error("array.rows", "8").find("expected a list of values, or one of range") !=
        std::string::npos);
  CHECK(error("array.rows", "{rang: [1, 2, 1]}") ==
        "sweep.yaml:1: unknown form 'rang' of an axis; did you mean 'range'?");
  CHECK(error("array.rows", "[]").find("has no values") != std::string::npos);
  CHECK(error("array.rows", "[8, 8]").find("has the choice array.rows 8 twice") !=
        std::string::npos);
  CHECK(error("array.rows", "{linspace: [1, 2, 5]}").find("twice") != std::string::npos);
  CHECK(error("array.rows", "{range: [1, 9, -1]}").find("never leads from the first value") !=
        std::string::npos);
  CHECK(error("array.rows", "{range: [1, 9]}").find("expected [first, last, step]") !=
        std::string::npos);
  CHECK(error("array.rows", "{range: [1, 4000, 0.000001]}").find("more than a million values") !=
        std::string::npos);
  CHECK(error("prediction.threshold", "{logspace: [0, 1, 3]}").find("above 0") !=
        std::string::npos);
  CHECK(error("a", "{zip: {array.rows: [1, 2], array.cols: [1]}}").find("has 1 values") !=
        std::string::npos);
  CHECK(error("a", "{overlays: {x: {array.row: 1}}}").find("unknown key 'array.row'") !=
        std::string::npos);
  CHECK(error("a", "{overlays: {x: nowhere.yaml}}").find("cannot read the overlay") !=
        std::string::npos);
  CHECK(error("a", "{overlays: {x: {extends: y.yaml}}}").find("extends is not allowed") !=
        std::string::npos);
}

TEST_CASE("no axis has the name of a column of results") {
  for (const std::string name : {"key", "point", "status", "error", "network", "layer", "cycles",
                                 "edp", "machine", "machine_cycles", "dense_macs_total"}) {
    CAPTURE(name);
    for (const char* axis : {"{overlays: {x: {array.rows: 1}}}", "{zip: {array.rows: [1]}}"})
      CHECK(error(name, axis) ==
            "sweep.yaml:1: results have a column '" + name + "'; call the axis something else");
  }
  CHECK(values("energy", "[45nm]") == Texts{"45nm"});
  const Axis axis = read_axis("energy", parse_yaml("[45nm]", "sweep.yaml"), vocabulary());
  CHECK(axis.choices[0].shown[0].first == "machine.energy");
  CHECK(axis.choices[0].keys[0].first == "energy");
}

TEST_CASE("of a machine file that extends another, an overlay takes what it changes") {
  const TempFolder folder;
  folder.write("tuned.yaml", "extends: somewhere.yaml\nname: tuned\nprediction: {threshold: 1}\n");
  const Axis axis = read_axis(
      "style", read_yaml(folder.write("sweep.yaml", "overlays: {x: tuned.yaml}\n")), vocabulary());
  REQUIRE(axis.choices[0].keys.size() == 2);
  CHECK(axis.choices[0].keys[0].first == "name");
}

TEST_CASE("an overlay of a file that may be missing is left out, with a warning, when it is") {
  const TempFolder folder;
  const std::string sweep =
      folder.write("sweep.yaml", "overlays: {plain: {}, tuned: {if_present: tuned.yaml}}\n");
  const Axis without = read_axis("style", read_yaml(sweep), vocabulary());
  CHECK(without.choices.size() == 1);
  REQUIRE(without.left_out.size() == 1);
  CHECK(without.left_out[0] ==
        "the axis 'style' goes without 'tuned': there is no " + folder.path("tuned.yaml"));
  folder.write("tuned.yaml", "prediction.threshold: 1\n");
  const Axis with = read_axis("style", read_yaml(sweep), vocabulary());
  CHECK(with.choices.size() == 2);
  CHECK(with.left_out.empty());
}
