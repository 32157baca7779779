// `peeksim masks` and `peeksim config layers`: what other programs compare themselves with.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/cli/peeksim.h"

using namespace peeksim;

namespace {

Words masks(const Words& more = {}) {
  Words words = {"masks", "trace.h5", "--machine", "machine.yaml", "--out", "masks.npy"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("masks gate as many outputs as a run counts") {
  const Desk desk;
  const std::string told = desk.ok(masks());
  desk.ok(run_to("out"));
  const nlohmann::json layers = desk.json("out/results.json")["layers"];
  const auto gated =
      desk.json("out/results.json")["totals"]["network"]["machine"]["counters"]["predicted_zero"]
          .get<std::int64_t>();
  CHECK(gated > 0);
  CHECK(told == "masks.npy: " + std::to_string(layers.size()) + " layers, " +
                    std::to_string(gated) + " outputs gated\n");
  const std::string file = desk.files.read("masks.npy");
  CHECK(std::count(file.begin(), file.end(), '\x93') == static_cast<int>(layers.size()));
}

TEST_CASE("an override changes the masks, and an existing file is replaced only by force") {
  const Desk desk;
  desk.ok(masks());
  const std::string before = desk.files.read("masks.npy");
  desk.refused(masks({"--set", "prediction.peeks=corner"}), 6, {"masks.npy: exists already"});
  desk.ok(masks({"--set", "prediction.peeks=corner", "--force"}));
  const bool other = desk.files.read("masks.npy") != before;
  CHECK(other);
}

TEST_CASE("masks need a machine and a file, and leave nothing behind without them") {
  const Desk desk;
  desk.refused({"masks", "trace.h5", "--out", "m.npy"}, 2, {"no --machine given"});
  desk.refused({"masks", "trace.h5", "--machine", "machine.yaml"}, 2, {"no --out given"});
  desk.refused({"masks", "no.h5", "--machine", "machine.yaml", "--out", "m.npy"}, 4, {"no.h5"});
  desk.refused(masks({"--set", "prediction.window=[0, 2]"}), 3, {"--set", "prediction.window"});
}

TEST_CASE("policy mask runs the masks that another policy left, and results name their contents") {
  const Desk desk;
  desk.ok({"masks", "trace.h5", "--machine", "machine.yaml", "--set", "prediction.policy=oracle",
           "--out", "oracle.h5"});
  desk.ok(run_to("oracle", {"--set", "prediction.policy=oracle"}));
  const Words mask = {"--set", "prediction.policy=mask", "--set",
                      "prediction.masks_file=oracle.h5"};
  desk.ok(run_to("mask", mask));
  const auto counters = [&](const std::string& folder) {
    return desk.json(folder + "/results.json")["totals"]["network"]["machine"]["counters"];
  };
  for (const char* counter : {"cycles", "macs_predicted", "false_zero", "ifmap_reads"})
    CHECK(counters("mask")[counter] == counters("oracle")[counter]);
  const auto prediction = desk.json("mask/results.json")["machine"]["prediction"];
  CHECK(prediction["masks_file"] == "oracle.h5");
  const std::string sha256 = prediction["masks_sha256"];
  const auto layers =
      nlohmann::json::parse(desk.ok({"config", "layers", "machine.yaml", "--trace", "trace.h5",
                                     mask[0], mask[1], mask[2], mask[3]}))["layers"];
  CHECK(layers[0]["masks_sha256"] == sha256);
  CHECK(sha256.size() == 64);
  Words pinned = mask;
  pinned.insert(pinned.end(), {"--set", "prediction.masks_sha256=" + sha256, "--jobs", "2"});
  desk.ok(run_to("pinned", pinned));
  CHECK((desk.files.read("pinned/results.json") == desk.files.read("mask/results.json")));
  pinned.back() = "1";
  pinned[5] = "prediction.masks_sha256=0" + sha256.substr(1);
  desk.refused(run_to("other", pinned), 3, {"prediction.masks_sha256", sha256});
}

TEST_CASE("masks need their file, their trace and a dispatch that they can have") {
  const Desk desk;
  desk.ok({"masks", "trace.h5", "--machine", "machine.yaml", "--out", "peek.h5"});
  const auto refused = [&](Words more, int code, const Words& parts) {
    more.insert(more.begin(), {"--set", "prediction.policy=mask"});
    desk.refused(run_to("out", more), code, parts);
  };
  refused({}, 3, {"prediction.policy", "needs prediction.masks_file"});
  refused({"--set", "prediction.masks_file=no.h5"}, 4, {"no.h5", "no such file"});
  refused({"--set", "prediction.masks_file=peek.h5", "--set", "array.dispatch=balanced_fill"}, 3,
          {"array.dispatch", "not known how far it looks", "use balanced"});
  desk.refused({"config", "layers", "machine.yaml", "--workload", "workload.yaml", "--set",
                "prediction.policy=mask", "--set", "prediction.masks_file=peek.h5"},
               3, {"prediction.masks_file", "give the trace"});
  desk.refused({"view", "trace.h5", "--machine", "machine.yaml", "--set", "prediction.policy=mask",
                "--set", "prediction.masks_file=peek.h5", "-o", "view.html"},
               2, {"predicted by policy 'mask'"});
  const CommandResult idle = desk.run(run_to("idle", {"--set", "prediction.masks_file=peek.h5"}));
  CHECK(idle.exit_code == 0);
  CHECK(contains(idle.err, "prediction.masks_file has no effect"));
}

TEST_CASE("config layers says the same of a workload and of its trace") {
  const Desk desk;
  const std::string set = "prediction.layers=[{match: '*', peeks: corner, threshold: 0.1}]";
  const auto layers = [&](const std::string& option, const std::string& file) {
    return nlohmann::json::parse(
        desk.ok({"config", "layers", "machine.yaml", option, file, "--set", set}))["layers"];
  };
  const nlohmann::json found = layers("--trace", "trace.h5");
  CHECK(found == layers("--workload", "workload.yaml"));
  REQUIRE(!found.empty());
  CHECK(found[0]["peeks"] == nlohmann::json::array({{0, 0}}));
  CHECK(found[0]["thresholds"][0] == 0.09999999403953552);
}

TEST_CASE("thresholds in units of a layer's RMS become values of the trace everywhere") {
  const Desk desk;
  const Words rms = {"--set", "prediction.threshold_unit=rms", "--set", "prediction.threshold=0.3"};
  const auto with = [](Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  const auto layers = nlohmann::json::parse(
      desk.ok(with({"config", "layers", "machine.yaml", "--trace", "trace.h5"}, rms)))["layers"];
  std::string list;
  for (const auto& layer : layers)
    list += (list.empty() ? "[" : ", ") + std::string("{match: ") +
            layer["name"].get<std::string>() + ", threshold: " + layer["thresholds"][0].dump() +
            "}";
  const Words values = {"--set", "prediction.layers=" + list + "]"};
  desk.ok(masks(rms));
  const std::string gated = desk.files.read("masks.npy");
  desk.ok(masks(with(values, {"--force"})));
  CHECK((desk.files.read("masks.npy") == gated));
  desk.ok(run_to("rms", rms));
  desk.ok(run_to("values", values));
  CHECK((desk.files.read("rms/results.json") == desk.files.read("values/results.json")));
  desk.refused(with({"config", "layers", "machine.yaml", "--workload", "workload.yaml"}, rms), 3,
               {"--set: prediction.threshold_unit", "need the values of a trace"});
}

TEST_CASE("config layers needs one network") {
  const Desk desk;
  desk.refused({"config", "layers", "machine.yaml"}, 2, {"the layers of which network?"});
  desk.refused(
      {"config", "layers", "machine.yaml", "--trace", "trace.h5", "--workload", "workload.yaml"}, 2,
      {"the layers of which network?"});
}
