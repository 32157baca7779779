// Policy zap through the command line.
#include <doctest/doctest.h>

#include "sim/trace/trace.h"
#include "tests/cli/peeksim.h"
#include "tests/support/zap_file.h"
#include "tests/support/zap_in_memory.h"

using namespace peeksim;

namespace {

// Networks of all layers of the desk's trace that a ReLU follows, in the file zap.h5.
class ZapDesk : public Desk {
 public:
  ZapDesk() {
    Random random(1);
    networks.pattern = &first_patterns()[0];
    const Trace trace(files.path("trace.h5"));
    for (const TraceLayer& traced : trace.info().layers)
      if (traced.layer.activation != Activation::none)
        networks.layers[path_in_files(traced.layer)] = random_network(random, traced.layer.K);
    write_zap_file(files.path("zap.h5"), networks);
  }

  nlohmann::json counters(const std::string& folder) const {
    return json(folder + "/results.json")["totals"]["network"]["machine"]["counters"];
  }

  ZapNetworks networks;
};

Words zap(const Words& more = {}) {
  Words words = {"--set", "prediction.policy=zap", "--set", "prediction.zap_file=zap.h5"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("a run with networks counts what a run with the masks of their decisions does") {
  const ZapDesk desk;
  desk.ok(run_to("zap", zap({"--set", "prediction.exclude=[]"})));
  CHECK(desk.counters("zap")["predicted_zero"] > 0);
  CHECK(desk.counters("zap")["decision_macs"] > 0);
  desk.ok(with({"masks", "trace.h5", "--machine", "machine.yaml", "--out", "masks.h5"},
               zap({"--set", "prediction.exclude=[]"})));
  desk.ok(run_to("masks", {"--set", "prediction.policy=mask", "--set",
                           "prediction.masks_file=masks.h5", "--set", "prediction.exclude=[]"}));
  CHECK(desk.counters("zap") == desk.counters("masks"));
}

TEST_CASE("both engines say the same of networks, and a sweep says what a run does") {
  const ZapDesk desk;
  const Words wide = {"--set", "prediction.decision_macs_per_cycle=16"};
  desk.ok(run_to("event", zap(wide)));
  desk.ok(run_to("clocked", zap(with(wide, {"--engine", "clocked"}))));
  CHECK(desk.counters("event") == desk.counters("clocked"));
  desk.ok(run_to("free", zap()));
  CHECK(desk.counters("event")["cycles"] > desk.counters("free")["cycles"]);
}

TEST_CASE("results name the contents of the networks file, and a machine may ask for one") {
  const ZapDesk desk;
  desk.ok(run_to("out", zap()));
  const auto prediction = desk.json("out/results.json")["machine"]["prediction"];
  CHECK(prediction["zap_file"] == "zap.h5");
  const std::string sha256 = prediction["zap_sha256"];
  CHECK(sha256.size() == 64);
  desk.ok(run_to("pinned", zap({"--set", "prediction.zap_sha256=" + sha256})));
  CHECK((desk.files.read("pinned/results.json") == desk.files.read("out/results.json")));
  desk.refused(run_to("other", zap({"--set", "prediction.zap_sha256=" + std::string(64, '0')})), 3,
               {"prediction.zap_sha256", sha256});
}

TEST_CASE("config layers says what is decided and at which price, of a workload and a trace") {
  const ZapDesk desk;
  const auto layers = [&](const std::string& option, const std::string& file) {
    return nlohmann::json::parse(
        desk.ok(with({"config", "layers", "machine.yaml", option, file}, zap())));
  };
  const nlohmann::json found = layers("--trace", "trace.h5");
  CHECK(found["zap_file"] == "zap.h5");
  CHECK(found["layers"] == layers("--workload", "workload.yaml")["layers"]);
  CHECK(found["digest"] == layers("--workload", "workload.yaml")["digest"]);
  int predicted = 0;
  for (const auto& layer : found["layers"]) {
    if (layer["policy"] != "zap") continue;
    ++predicted;
    const std::int64_t P = layer["ofmap_shape"][1], Q = layer["ofmap_shape"][2];
    const std::int64_t K = layer["ofmap_shape"][0], left = P * Q / 2;
    CHECK(layer["decisions"] == K * left);
    CHECK(layer["decision_macs"] == K * left * (left > 0 ? (9 * P * Q + left - 1) / left : 0));
    CHECK(layer["zap_sha256"].get<std::string>().size() == 64);
  }
  CHECK(predicted > 0);
}

TEST_CASE("networks need their file, thresholds of scores and a dispatch that they can have") {
  const ZapDesk desk;
  desk.refused(run_to("out", {"--set", "prediction.policy=zap"}), 3,
               {"prediction.policy", "needs prediction.zap_file", "tools/peek_zap.py"});
  desk.refused(
      run_to("out", {"--set", "prediction.policy=zap", "--set", "prediction.zap_file=no.h5"}), 4,
      {"no.h5", "no such file"});
  desk.refused(run_to("out", zap({"--set", "array.dispatch=balanced_fill"})), 3,
               {"array.dispatch", "looks further than at a window", "use balanced"});
  desk.refused(with({"config", "layers", "machine.yaml", "--workload", "workload.yaml"},
                    zap({"--set", "array.dispatch=balanced_fill"})),
               3, {"array.dispatch", "use balanced"});
  desk.refused(run_to("out", zap({"--set", "prediction.threshold_unit=rms"})), 3,
               {"prediction.threshold_unit", "scores of its own"});
  desk.refused(with({"view", "trace.h5", "--machine", "machine.yaml", "-o", "view.html"}, zap()), 2,
               {"predicted by policy 'zap'"});
}

TEST_CASE("the shipped networks run on the shipped trace, as the file that was shipped") {
  const Desk desk;
  const std::string machine = shipped("configs/calibrated/cifar_resnet20-zap-20.yaml");
  const CommandResult result = desk.run(
      {"run", machine, "--trace", shipped("traces/cifar_resnet20.h5"), "--out", "out", "--quiet"});
  CHECK(result.exit_code == 0);
  CHECK(result.err == "");
  const auto results = desk.json("out/results.json");
  const std::string sha256 = results["machine"]["prediction"]["zap_sha256"];
  CHECK(contains(desk.ok({"config", "show", machine}), sha256));
  const double saved = results["totals"]["convolutions"]["mac_reduction"];
  CHECK(saved == doctest::Approx(0.2).epsilon(0.05));
}

TEST_CASE("networks that nothing uses are warned of") {
  ZapDesk desk;
  const auto warned = [&](const Words& more, const std::string& part) {
    const CommandResult result = desk.run(run_to("warned", with(more, {"--force"})));
    CAPTURE(result.err);
    CHECK(result.exit_code == 0);
    CHECK(contains(result.err, part));
  };
  warned({"--set", "prediction.zap_file=zap.h5"}, "prediction.zap_file has no effect");
  warned(zap({"--set", "prediction.exclude=['*']"}), "the networks of ");
  Random random(2);
  desk.networks.layers["unknown"] = random_network(random, 3);
  write_zap_file(desk.files.path("zap.h5"), desk.networks);
  warned(zap(), "zap.h5 has networks of 1 layers that trace.h5 does not have");
}
