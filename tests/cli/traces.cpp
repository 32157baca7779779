// `peeksim trace`: the shipped traces and synthetic ones.
#include <doctest/doctest.h>

#include "tests/cli/peeksim.h"

using namespace peeksim;

namespace {

struct Shipped {
  std::string name;
  std::string heading;
};

const std::vector<Shipped> shipped_traces = {
    {"squeezenet1_1", "squeezenet1_1: 26 layers, 2 images\n"},
    {"resnet18", "resnet18: 21 layers, 1 image\n"},
    {"cifar_resnet20", "cifar_resnet20: 20 layers, 4 images\n"},
};

Words synth(const std::string& file, const Words& more = {}) {
  Words words = {"trace", "synth", "workload.yaml", "-o", file};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("every shipped trace is sound, described and of its workload's shapes") {
  const Desk desk;
  for (const Shipped& trace : shipped_traces) {
    CAPTURE(trace.name);
    const std::string path = shipped("traces/" + trace.name + ".h5");
    const std::string info = desk.ok({"trace", "info", path});
    CHECK(info.rfind(trace.heading, 0) == 0);
    CHECK(contains(info, "\nsha256   "));
    CHECK(contains(info, "MACs per image: "));
    const std::string check = desk.ok(
        {"trace", "check", path, "--workload", shipped("workloads/" + trace.name + ".yaml")});
    CHECK(check.rfind(trace.heading, 0) == 0);
    CHECK(contains(check, path + ": ok\n"));
  }
}

TEST_CASE("a shipped trace does not pass for another network's") {
  const Desk desk;
  desk.refused({"trace", "check", shipped("traces/resnet18.h5"), "--workload",
                shipped("workloads/cifar_resnet20.yaml")},
               4, {"resnet18.h5: ", "cifar_resnet20"});
}

TEST_CASE("the same seed gives the same trace, another seed another") {
  const Desk desk;
  desk.ok(synth("a.h5", {"--seed", "7"}));
  desk.ok(synth("b.h5", {"--seed", "7"}));
  desk.ok(synth("c.h5", {"--seed", "8"}));
  const bool same = desk.files.read("a.h5") == desk.files.read("b.h5");
  const bool other = desk.files.read("a.h5") != desk.files.read("c.h5");
  CHECK(same);
  CHECK(other);
}

TEST_CASE("every option of a synthetic trace has its effect") {
  const Desk desk;
  CHECK(desk.ok(synth("plain.h5")) == "plain.h5: synthetic trace of small, 4 layers, 1 image\n");
  desk.ok(synth("zeros.h5", {"--zeros", "0.25"}));
  desk.ok(synth("correlation.h5", {"--correlation", "0"}));
  desk.ok(synth("images.h5", {"--images", "3"}));
  desk.ok(synth("type.h5", {"--type", "f16"}));
  const auto check = [&](const std::string& file) { return desk.ok({"trace", "check", file}); };
  CHECK(contains(check("plain.h5"), "  60.0 "));
  CHECK(contains(check("zeros.h5"), "  25.0 "));
  CHECK_FALSE(contains(check("zeros.h5"), "  60.0 "));
  CHECK(contains(check("images.h5"), "small: 4 layers, 3 images\n"));
  CHECK(contains(desk.ok({"trace", "info", "plain.h5"}), "ofmap i8, ifmap"));
  CHECK(contains(desk.ok({"trace", "info", "type.h5"}), "ofmap f16, ifmap"));
  CHECK(contains(check("correlation.h5"), "correlation 0, images 1, seed 1, type i8"));
  const bool other = desk.files.read("correlation.h5") != desk.files.read("plain.h5");
  CHECK(other);
}

TEST_CASE("a SCALE-Sim topology becomes a trace and a run") {
  const Desk desk;
  desk.files.write("net.csv",
                   "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, "
                   "Num Filter, Strides,\n"
                   "Conv1, 18, 18, 3, 3, 3, 8, 1,\n"
                   "Conv2, 16, 16, 3, 3, 8, 8, 1,\n");
  desk.ok({"trace", "synth", "net.csv", "-o", "net.h5"});
  CHECK(contains(desk.ok({"trace", "check", "net.h5", "--workload", "net.csv"}), "net.h5: ok\n"));
  desk.ok({"run", "machine.yaml", "--trace", "net.h5", "--workload", "net.csv", "--out", "out"});
  const nlohmann::json results = desk.json("out/results.json");
  CHECK(results["layers"].size() == 2);
  CHECK(results["totals"]["network"]["machine"]["counters"]["macs_total"] ==
        16 * 16 * 8 * 27 + 14 * 14 * 8 * 72);
  CHECK(results["trace"]["synthetic"] == true);
}

TEST_CASE("a workload with a mistake is refused with its line") {
  const Desk desk;
  desk.files.write("wrong.yaml",
                   "name: wrong\nsource: made for tests\nlayers:\n"
                   "  - {name: conv1, C: 3, H: 12, W: 12, K: 8, R: 3, S: 3, padd: 1}\n");
  desk.refused({"trace", "synth", "wrong.yaml", "-o", "new.h5"}, 3,
               {"wrong.yaml:4: ", "did you mean 'pad'?"});
  desk.refused({"trace", "synth", "none.yaml", "-o", "new.h5"}, 3, {"none.yaml: cannot read"});
}
