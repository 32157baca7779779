// Sweep files are read as strictly as machine files.
#include "sim/sweep/design/sweep_spec.h"

#include "sim/base/data_folder.h"
#include "tests/sweep/sample.h"

using namespace peeksim;

TEST_CASE("a sweep file says everything, or leaves most of it to defaults") {
  const SweepFolder folder;
  const SweepSpec least = load_sweep(folder.sweep(""));
  CHECK(least.name == "test");
  CHECK(least.machines == std::vector<std::string>{folder.files.path("tiny.yaml")});
  CHECK(least.images == 0);
  CHECK(least.axes.empty());
  CHECK(least.sample.method == "grid");
  CHECK(least.metrics.size() == 6);
  CHECK(least.objectives.size() == 2);

  const SweepSpec most = load_sweep(folder.sweep(
      "images: 1\naxes: {array.rows: [2, 4], array.cols: [2, 4]}\n"
      "where: [array.rows > 1, array.cols > 1]\nsample: {method: random, points: 3, seed: 9}\n"
      "metrics: [edp]\nobjectives: {utilisation: max, cycles: min}\n"));
  CHECK(most.images == 1);
  CHECK(most.axes.size() == 2);
  CHECK(most.where.size() == 2);
  CHECK(most.sample.points == 3);
  CHECK(most.sample.seed == 9);
  CHECK(most.metrics == std::vector<std::string>{"edp"});
  CHECK(most.objectives[0].metric == "utilisation");
  CHECK(most.objectives[0].maximize);
}

TEST_CASE("a mistake in a sweep file is an error with its line and a remedy") {
  const SweepFolder folder;
  const auto says = [&](const std::string& lines, const std::string& part) {
    CAPTURE(lines);
    const std::string message = folder.error(lines);
    CAPTURE(message);
    CHECK(message.find(part) != std::string::npos);
    CHECK(message.find("sweep.yaml") == 0);
    CHECK(message.find("; ") != std::string::npos);
  };
  says("axis: {}\n", "sweep.yaml:4: axis: unknown key 'axis'; did you mean 'axes'?");
  says("images: 0\nname: x\n", "");
  says("axes: {array.row: [1]}\n", "did you mean 'array.rows'?");
  says("sample: {method: rondom, points: 1, seed: 1}\n", "did you mean 'random'?");
  says("sample: {method: random, points: 1}\n", "the key 'seed' is missing");
  says("sample: {method: grid, points: 1}\n", "the grid has all points");
  says("metrics: [cycle]\n", "unknown metric 'cycle'; did you mean 'cycles'?");
  says("metrics: [cycles, cycles]\n", "'cycles' is there twice");
  says("objectives: {}\n", "names no metric");
  says("objectives: {cycles: least}\n", "unknown name 'least'");
  says("axes: {array.rows: [2, 4], a: {zip: {array.rows: [1]}}}\n",
       "'array.rows' is set by the axis 'array.rows' too");
  says("axes: {a: {overlays: {x: {array.rows: 1}}}, array.rows: [2]}\n", "is set by the axis 'a'");
  says("images: 3\n", "holds 2 images");
}

TEST_CASE("a file that a sweep names has to be there, once") {
  const SweepFolder folder;
  const auto error = [&](const std::string& text) {
    return config_error([&] { load_sweep(folder.files.write("s.yaml", text)); }, &folder.files);
  };
  CHECK(error("name: x\ntrace: small.h5\n") ==
        "s.yaml:1: the key 'machine' is missing; for example machine: ../peek-16x16.yaml");
  CHECK(error("name: x\nmachine: tin.yaml\ntrace: small.h5\n") ==
        "s.yaml:2: machine: cannot read the file tin.yaml: there is no such file; the path is "
        "relative to the file that names it; " +
            data_folder() + " has none either");
  CHECK(error("name: x\nmachine: [tiny.yaml, ./tiny.yaml]\ntrace: small.h5\n")
            .find("is there twice") != std::string::npos);
  CHECK(error("name: x\nmachine: []\ntrace: small.h5\n").find("is an empty list") !=
        std::string::npos);
}
