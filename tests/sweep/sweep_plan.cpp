// The points of a sweep, and what makes two of them the same.
#include "sim/sweep/design/sweep_plan.h"

#include <set>

#include "sim/trace/masks_writer.h"
#include "tests/support/zap_file.h"
#include "tests/support/zap_in_memory.h"
#include "tests/sweep/sample.h"

using namespace peeksim;

namespace {

using Texts = std::vector<std::string>;

std::string key_of(const SweepFolder& folder, const std::string& lines) {
  const SweepPlan plan = folder.plan(lines);
  REQUIRE(plan.points().size() == 1);
  return plan.points()[0].key;
}

}  // namespace

TEST_CASE("a plan has every combination that the conditions let through") {
  const SweepFolder folder;
  const SweepPlan plan = folder.plan(
      "axes: {array.rows: [2, 4], array.cols: [2, 4, 8]}\nwhere: array.rows * array.cols == 8\n");
  CHECK(points_in(plan) == Texts{"array.rows 2, array.cols 4", "array.rows 4, array.cols 2"});
  CHECK(plan.combinations() == 6);
  CHECK(plan.machine(plan.points()[0]).array.cols == 4);
}

TEST_CASE("several machines and traces are the first two axes") {
  const SweepFolder folder;
  folder.files.write("other.yaml", "extends: tiny.yaml\nname: other\n");
  folder.write_trace("more.h5", 2);
  const SweepPlan plan(load_sweep(
      folder.files.write("sweep.yaml",
                         "name: x\nmachine: [tiny.yaml, other.yaml]\ntrace: [small.h5, more.h5]\n"
                         "axes: {array.rows: [2, 4]}\n")));
  CHECK(plan.points().size() == 8);
  CHECK(points_in(plan).front() == "machine tiny, trace small, array.rows 2");
  CHECK(points_in(plan).back() == "machine other, trace more, array.rows 4");
}

TEST_CASE("a sampled plan has as many points as requested, and always the same ones") {
  const SweepFolder folder;
  const std::string axes =
      "axes: {array.rows: {range: [1, 8, 1]}, array.cols: {range: [1, 8, 1]}}\n"
      "where: array.rows != array.cols\n";
  const auto points = [&](const std::string& sample) {
    return points_in(folder.plan(axes + "sample: {" + sample + "}\n"));
  };
  CHECK(points("method: random, points: 10, seed: 1").size() == 10);
  CHECK(points("method: random, points: 10, seed: 1") ==
        points("method: random, points: 10, seed: 1"));
  CHECK(points("method: random, points: 10, seed: 1") !=
        points("method: random, points: 10, seed: 2"));
  CHECK(points("method: random, points: 100, seed: 1").size() == 56);
  CHECK(points("method: latin_hypercube, points: 8, seed: 1").size() == 8);
}

TEST_CASE("a key depends on everything that a result depends on, and on nothing else") {
  const SweepFolder folder;
  const std::string key = key_of(folder, "");
  CHECK(key.size() == 64);
  CHECK(key_of(folder, "axes: {array.rows: [4]}\nmetrics: [edp]\n") == key);  // tiny's own rows
  std::set<std::string> keys = {key};
  for (const char* lines :
       {"axes: {array.rows: [5]}\n", "images: 1\n", "axes: {prediction.threshold: [0.5]}\n",
        "axes: {a: {overlays: {x: {prediction.channel_thresholds: {conv1: [0, 0, 0, 0, 0, 0, 0, "
        "1]}}}}}\n",
        "axes: {a: {overlays: {x: {prediction.channel_thresholds: {conv1: [0, 0, 0, 0, 0, 0, 0, "
        "never]}}}}}\n",
        "axes: {energy: [eyeriss-relative]}\n"}) {
    CAPTURE(lines);
    CHECK(keys.insert(key_of(folder, lines)).second);
  }
  folder.write_trace("small.h5.new", 2);
  std::filesystem::rename(folder.files.path("small.h5.new"), folder.files.path("small.h5"));
  CHECK(keys.insert(key_of(folder, "")).second);
}

TEST_CASE("the same machine is the same point wherever its file lies") {
  const SweepFolder here, there;
  CHECK(key_of(here, "") == key_of(there, ""));
}

TEST_CASE("the key of masks is that of what their file holds, wherever it lies") {
  const SweepFolder folder;
  const Trace trace(folder.files.path("small.h5"));
  const Layer layer = trace.info().layers[0].layer;
  const auto write = [&](const std::string& name, std::uint8_t gated) {
    MasksWriter writer(folder.files.path(name), trace.sha256(), false);
    writer.begin_layer(layer, 2);
    Masks::Decisions made;
    made.first.assign(layer.positions(), 0);
    made.gated.assign(layer.outputs(), gated);
    for (const int image : {0, 1}) writer.write(image, made);
    writer.close();
  };
  write("a.h5", 0);
  write("same.h5", 0);
  write("b.h5", 1);
  const auto key = [&](const std::string& masks) {
    return key_of(folder,
                  "axes: {prediction.policy: [mask], prediction.masks_file: [" + masks + "]}\n");
  };
  CHECK(key("a.h5") == key("same.h5"));
  CHECK(key("a.h5") != key("b.h5"));
  CHECK(folder
            .error("axes: {prediction.policy: [mask], prediction.masks_file: [a.h5],\n"
                   "       array.dispatch: [gate, balanced_fill]}\n")
            .find("use balanced") != std::string::npos);
}

TEST_CASE("the key of networks is that of what their file holds, wherever it lies") {
  const SweepFolder folder;
  const Layer layer = Trace(folder.files.path("small.h5")).info().layers[0].layer;
  const auto write = [&](const std::string& name, float bias) {
    const std::vector<float> ones(9, 1.0f);
    write_zap_file(folder.files.path(name),
                   networks_of("thirds", layer, uniform_network(layer.K, ones, bias, ones, 0)));
  };
  write("a.h5", 0);
  write("same.h5", 0);
  write("b.h5", 1);
  const auto key = [&](const std::string& networks, const std::string& more = "") {
    return key_of(folder, "axes: {prediction.policy: [zap], prediction.zap_file: [" + networks +
                              "]" + more + "}\n");
  };
  CHECK(key("a.h5") == key("same.h5"));
  CHECK(key("a.h5") != key("b.h5"));
  CHECK(key("a.h5") != key("a.h5", ", prediction.threshold: [1]"));
  CHECK(folder
            .error("axes: {prediction.policy: [zap], prediction.zap_file: [a.h5],\n"
                   "       array.dispatch: [gate, balanced_fill]}\n")
            .find("use balanced") != std::string::npos);
}

TEST_CASE("a plan without points, or with one that cannot be, is an error before anything runs") {
  const SweepFolder folder;
  CHECK(folder.error("axes: {array.rows: [2, 4]}\nwhere: array.rows > 4\n") ==
        "sweep.yaml:5: where: excludes every point; loosen it: not one of the combinations holds");
  CHECK(folder.error("axes: {array.rows: [2, 0]}\n").find("expected an integer from 1 to 4096") !=
        std::string::npos);
  CHECK(folder.error("axes: {prediction.policy: [peek, poke]}\n").find("unknown name 'poke'") !=
        std::string::npos);
  CHECK(folder.error("axes: {a: {overlays: {x: {}, y: {array.rows: 4}}}}\n")
            .find("two points are the same machine and trace: a = x; and a = y") !=
        std::string::npos);
  std::string what;
  try {
    folder.plan("axes: {buffers.weight_bytes: [512, 4]}\n");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::machine);
    what = error.what();
  }
  CHECK(what.find("the point buffers.weight_bytes = 4: ") == 0);
  CHECK(what.find("needs ") != std::string::npos);
}

TEST_CASE("a derived value follows the axes, and another derived value") {
  const SweepFolder folder;
  const SweepPlan plan = folder.plan(
      "axes: {array.rows: [2, 4], array.dispatch: [gate, packed]}\n"
      "derived:\n  buffers.ifmap_read_width: 4 * array.rows + 2 * (array.dispatch == packed)\n"
      "  buffers.ifmap_banks: buffers.ifmap_read_width / 2\n"
      "where: buffers.ifmap_read_width != 18\n");
  CHECK(points_in(plan) == Texts{"array.rows 2, array.dispatch gate",
                                 "array.rows 2, array.dispatch packed",
                                 "array.rows 4, array.dispatch gate"});
  std::vector<int> widths, banks;
  for (const SweepPoint& point : plan.points()) {
    widths.push_back(plan.machine(point).buffers.ifmap_read_width);
    banks.push_back(plan.machine(point).buffers.ifmap_banks);
  }
  CHECK(widths == std::vector<int>{8, 10, 16});
  CHECK(banks == std::vector<int>{4, 5, 8});
}

TEST_CASE("a derived value that no machine can have is an error at its line") {
  const SweepFolder folder;
  const std::string axes = "axes: {array.rows: [3]}\nderived: ";
  CHECK(folder.error(axes + "{array.cols: array.rows / 2}\n")
            .find("sweep.yaml:5: derived.array.cols: expected an integer from 1 to 4096, found "
                  "'1.5'") != std::string::npos);
  CHECK(folder.error(axes + "{array.rows: 4}\n")
            .find("'array.rows' is set by the axis 'array.rows'") != std::string::npos);
  CHECK(folder.error(axes + "{array.row: 4}\n").find("did you mean 'array.rows'?") !=
        std::string::npos);
  CHECK(folder.error(axes + "{array.cols: array.row}\n").find("'array.row' is no key") !=
        std::string::npos);
}

TEST_CASE("infeasible combinations are an error, or left out and counted") {
  const SweepFolder folder;
  const std::string axes =
      "axes: {buffers.weight_bytes: [512, 4], array.zero_lookahead: [0, 3],\n"
      "       buffers.ifmap_banks: [0, 64]}\n";
  CHECK(folder.error(axes) != "no error");
  const SweepPlan plan = folder.plan(axes + "infeasible: skip\n");
  CHECK(plan.points().size() == 2);
  CHECK(plan.infeasible() == 6);
  REQUIRE_FALSE(plan.warnings().empty());
  CHECK(plan.warnings().back().find(
            "left out: 6 combinations that cannot be built or run (infeasible: skip), for one: ") ==
        0);
  CHECK(folder.error("axes: {buffers.ifmap_banks: [64, 65]}\ninfeasible: skip\n")
            .find("no combination is feasible (infeasible: skip), for one: ") != std::string::npos);
  CHECK(folder.error("axes: {array.rows: [0]}\ninfeasible: sometimes\n").find("infeasible") !=
        std::string::npos);
}

TEST_CASE("samples are drawn until as many points are feasible as were asked for") {
  const SweepFolder folder;
  for (const char* method : {"random", "latin_hypercube"}) {
    const auto plan = [&](const std::string& points) {
      return folder.plan(
          "axes: {array.rows: {range: [1, 16, 1]}, buffers.weight_bytes: [512, 1],\n"
          "       array.cols: {range: [1, 16, 1]}}\nwhere: array.rows > array.cols\n"
          "infeasible: skip\nsample: {method: " +
          std::string(method) + ", seed: 1, points: " + points + "}\n");
    };
    CHECK(plan("40").points().size() == 40);
    const SweepPlan all = plan("200");
    CHECK(all.points().size() == 120);
    CHECK(all.infeasible() == 120);
    CHECK(all.warnings().back().find("sample: only 120 of 200 points were found") == 0);
  }
}

TEST_CASE("a thresholds file is found from the sweep file that names it") {
  const SweepFolder folder;
  folder.files.write("tuned.yaml", "conv1: [1, 1, 1, 1, 1, 1, 1, 1]\n");
  const SweepPlan plan = folder.plan(
      "axes: {calibration: {overlays: {none: {}, tuned: {prediction.thresholds_file: "
      "tuned.yaml}}}}\n");
  CHECK(points_in(plan) == Texts{"calibration none", "calibration tuned"});
  CHECK(plan.machine(plan.points()[1]).prediction.channel_thresholds.at("conv1").size() == 8);
}
