// `peeksim run`: what it does and prints, and what makes no difference.
#include <doctest/doctest.h>

#include <filesystem>

#include "sim/base/units.h"
#include "sim/cli/shell/session.h"
#include "tests/cli/peeksim.h"
#include "tests/cli/spoil_trace.h"

using namespace peeksim;
using nlohmann::json;

TEST_CASE("a shipped trace runs on a shipped machine, prints the table and writes the results") {
  const Desk desk;
  const std::string screen = desk.ok({"run", shipped("configs/peek-16x16.yaml"), "--trace",
                                      shipped("traces/squeezenet1_1.h5"), "--out", "out/"});
  for (const std::string part :
       {"% of the network's MACs saved", "squeezenet1_1.h5, sha256 ", "fire9/expand3x3",
        "predicted layers", "convolutions", "network", "energy, uJ", "without prediction",
        "mean ± standard deviation over 2 images", "results in out/ (results.json, layers.csv)"}) {
    CAPTURE(part);
    CHECK(contains(screen, part));
  }
  const json results = desk.json("out/results.json");
  CHECK(results["trace"]["network"] == "squeezenet1_1");
  CHECK(results["layers"].size() == 26);
  CHECK(results["layers"][0]["not_predicted_because"] == "excluded by 'first'");
  CHECK(results["totals"]["network"]["mac_reduction"] > 0.1);
  CHECK(read_csv(desk.files.read("out/layers.csv")).size() == 26);
}

TEST_CASE("two runs write the same bytes, whatever the folder and the environment") {
  const Desk desk;
  std::filesystem::create_directory(desk.files.path("elsewhere"));
  CommandSetup elsewhere;
  elsewhere.folder = desk.files.path("elsewhere");
  elsewhere.environment = {{"LC_ALL", "de_DE.UTF-8"}, {"TZ", "Asia/Tokyo"}, {"HOME", "/"}};
  const std::string first = desk.ok(run_to("out"));
  desk.ok(run_to("again"));
  const std::string third = desk.ok(
      {"run", "../machine.yaml", "--trace", desk.files.path("trace.h5"), "--out", "../out3"},
      elsewhere);
  CHECK(first.substr(0, first.find("results in")) == third.substr(0, third.find("results in")));
  for (const std::string file : {"/results.json", "/layers.csv"}) {
    CAPTURE(file);
    CHECK(desk.files.read("out" + file).size() > 1000);
    CHECK(desk.files.read("out" + file) == desk.files.read("again" + file));
    CHECK(desk.files.read("out" + file) == desk.files.read("out3" + file));
  }
}

TEST_CASE("a synthetic trace is called synthetic wherever its results are shown") {
  const Desk desk;
  const std::string screen = desk.ok(run_to("out"));
  CHECK(contains(screen, "SYNTHETIC TRACE"));
  CHECK(desk.json("out/results.json")["trace"]["synthetic"] == true);
  for (const auto& row : read_csv(desk.files.read("out/layers.csv")))
    CHECK(row.at("synthetic") == "1");
  CHECK(contains(desk.ok({"trace", "info", "trace.h5"}), "SYNTHETIC"));
  CHECK(contains(desk.ok({"trace", "check", "trace.h5"}), "SYNTHETIC"));
  CHECK(contains(desk.ok({"price", "out/results.json", "--energy", "45nm"}), "SYNTHETIC TRACE"));

  const std::string real = shipped("traces/cifar_resnet20.h5");
  CHECK_FALSE(contains(
      desk.ok({"run", shipped("configs/peek-16x16.yaml"), "--trace", real, "--out", "real"}),
      "SYNTHETIC"));
  CHECK(desk.json("real/results.json")["trace"]["synthetic"] == false);
  for (const auto& row : read_csv(desk.files.read("real/layers.csv")))
    CHECK(row.at("synthetic") == "0");
  CHECK_FALSE(contains(desk.ok({"trace", "info", real}), "SYNTHETIC"));
}

TEST_CASE("every shipped machine runs") {
  const Desk desk;
  int machines = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shipped("configs"))) {
    if (entry.path().extension() != ".yaml") continue;
    const std::string machine = entry.path().string();
    CAPTURE(machine);
    // The machine for tests has no room for a window of the deeper layers of a real network.
    const bool tiny = entry.path().stem() == "tiny";
    const std::string trace = tiny ? "trace.h5" : shipped("traces/cifar_resnet20.h5");
    const std::string screen = desk.ok({"run", machine, "--trace", trace});
    CHECK(contains(screen, "machine  " + entry.path().stem().string() + ": "));
    ++machines;
  }
  CHECK(machines >= 5);
}

TEST_CASE("--set changes the machine and so the results") {
  const Desk desk;
  desk.ok(run_to("out"));
  desk.ok(run_to("lanes", {"--set", "array.lanes=2"}));
  desk.ok(run_to("none", {"--set", "prediction.policy=none", "--set", "array.lanes=2"}));
  const auto network = [&](const std::string& folder) {
    return desk.json(folder + "/results.json")["totals"]["network"];
  };
  const auto cycles = [&](const std::string& folder) {
    return network(folder)["machine"]["counters"]["cycles"].get<Count>();
  };
  CHECK(cycles("lanes") < cycles("out"));
  CHECK(network("none")["mac_reduction"] == 0.0);
  CHECK(network("none")["machine"] == network("none")["dense"]);
  CHECK(network("none")["dense"] == network("lanes")["dense"]);
}

TEST_CASE("--images takes the first images of a trace, and no more than there are") {
  const Desk desk;
  desk.ok(run_to("both"));
  desk.ok(run_to("one", {"--images", "1"}));
  const nlohmann::json one = desk.json("one/results.json"), both = desk.json("both/results.json");
  CHECK(one["trace"]["images"] == 1);
  CHECK(one["images"].size() == 1);
  CHECK(one["images"][0] == both["images"][0]);
  CHECK(one["totals"]["network"]["machine"]["counters"] ==
        both["images"][0]["machine"]["counters"]);
  desk.refused(run_to("none", {"--images", "0"}), 2, {"images"});
  desk.refused(run_to("three", {"--images", "3"}), 2, {"3 images are wanted", "holds 2"});
}

TEST_CASE("a workload without a trace runs on a dense machine, in the cycles of any trace of it") {
  const Desk desk;
  const std::string workload = shipped("workloads/alexnet_torchvision.yaml");
  const std::string machine = shipped("configs/dense-16x16.yaml");
  const std::string screen = desk.ok({"run", machine, "--workload", workload, "--out", "shapes"});
  CHECK(contains(screen, "NO VALUES: the shapes of a workload"));
  CHECK(contains(desk.ok({"run", machine, "--workload", workload, "--quiet"}), "; NO VALUES"));
  CHECK_FALSE(contains(screen, "SYNTHETIC"));
  desk.ok({"trace", "synth", workload, "-o", "synthetic.h5", "--type", "i8"});
  desk.ok({"run", machine, "--trace", "synthetic.h5", "--out", "values"});
  const json shapes = desk.json("shapes/results.json"), values = desk.json("values/results.json");
  CHECK(shapes["trace"]["file"] == "alexnet_torchvision.yaml");
  CHECK(shapes["trace"]["synthetic"] == false);
  CHECK(shapes["trace"]["sha256"].get<std::string>().size() == 64);
  for (const char* counter : {"cycles", "dram_read_bytes", "macs_total", "weight_reads"})
    CHECK(shapes["totals"]["network"]["machine"]["counters"][counter] ==
          values["totals"]["network"]["machine"]["counters"][counter]);
  // Zeros are not known, so that no MAC is gated.
  CHECK(shapes["totals"]["network"]["machine"]["counters"]["macs_zero_gated"] == 0);

  desk.ok({"run", shipped("configs/dense-16x16-skip.yaml"), "--workload", workload, "--quiet"});

  const CommandResult peeks =
      desk.run({"run", shipped("configs/peek-16x16.yaml"), "--workload", workload});
  CHECK(peeks.exit_code == 5);
  CHECK(contains(peeks.err, "layer 'features.3': policy 'peek' predicts from values, and " +
                                workload + " is a workload, which has none"));
  CHECK(contains(peeks.err, "set prediction.policy=none, for every layer, for a dense study"));
  // Neither does a machine that predicts some layers only.
  const CommandResult some = desk.run({"run", machine, "--workload", workload, "--set",
                                       "prediction.layers=[{match: features.6, policy: peek}]"});
  CHECK(some.exit_code == 5);
  CHECK(contains(some.err, "layer 'features.6': policy 'peek' predicts from values"));
  CHECK(desk.run({"run", machine, "--trace", workload}).exit_code == 4);
  for (const char* command : {"run", "compare"}) {
    CAPTURE(command);
    Words words = {command, machine, "--trace", workload};
    if (words[0] == "compare") words.insert(words.begin() + 1, machine);
    CHECK(contains(desk.run(words).err,
                   workload + ": is not an HDF5 file, but a workload, which has no values"));
    words[words.size() - 2] = "--workload";
    words.back() = "synthetic.h5";
    CHECK(contains(desk.run(words).err, "synthetic.h5: is no workload"));
  }
}

TEST_CASE("a name in the machine that no layer has is a warning") {
  const Desk desk;
  const CommandResult result = desk.run(run_to("out", {"--set", "prediction.exclude=[covn1]"}));
  CHECK(result.exit_code == 0);
  CHECK(result.err == "peeksim: warning: prediction.exclude: 'covn1' names no layer of trace.h5\n");
}

TEST_CASE("a machine that skips zero activations warns of layers without an ifmap, others do not") {
  const Desk desk;
  const Words skipping = {"--set", "array.skip_zero_activations=true"};
  CHECK(desk.run(run_to("with", skipping)).err == "");
  for (const char* layer : {"0000", "0002"})
    remove_dataset(desk.files.path("trace.h5"), std::string("layers/") + layer + "/ifmap");
  CHECK(desk.run(run_to("not_skipping")).err == "");
  const std::string warning =
      "peeksim: warning: trace.h5 has no ifmap of 2 of its 4 layers: no zero activation is skipped "
      "there; record it with tools/extract_trace.py, without --no-ifmap\n";
  const CommandResult run = desk.run(run_to("without", skipping));
  CHECK(run.exit_code == 0);
  CHECK(run.err == warning);
  desk.files.write("skip.yaml",
                   "extends: machine.yaml\nname: skip\narray: {skip_zero_activations: true}\n");
  const CommandResult compared =
      desk.run({"compare", "machine.yaml", "skip.yaml", "--trace", "trace.h5"});
  CHECK(compared.exit_code == 0);
  CHECK(compared.err == warning);  // once: of the machine that skips
}

TEST_CASE("a look-ahead without skipping is a warning, and skipping without gating an error") {
  const Desk desk;
  const CommandResult result = desk.run(run_to("out", {"--set", "array.zero_lookahead=8"}));
  CHECK(result.exit_code == 0);
  CHECK(result.err ==
        "peeksim: warning: array.zero_lookahead has no effect without "
        "array.skip_zero_activations\n");
  CHECK(desk.run(run_to("skip", {"--set", "array.skip_zero_activations=true"})).err == "");
  desk.refused(run_to("none", {"--set", "array.gate_zero_activations=false", "--set",
                               "array.skip_zero_activations=true"}),
               3,
               {"--set: array.skip_zero_activations: ", "set array.gate_zero_activations: true"});
}

TEST_CASE(
    "a buffer outside the capacities of the energy table is a warning wherever it is priced") {
  const Desk desk;
  const Words large = {"--set", "buffers.weight_bytes=8 MiB"};
  const std::string warning =
      "peeksim: warning: buffers.weight_bytes: energy table '45nm' knows buffers of 128 to 4194304 "
      "bytes; one of 8388608 is priced as the nearest\n";
  CHECK(desk.run(run_to("out", large)).err == warning);
  CHECK(desk.run({"price", "out/results.json", "--energy", "45nm"}).err == warning);
  CHECK(desk.run({"price", "out/results.json", "--energy", "eyeriss-relative"}).err == "");
  CHECK(desk.run({"config", "check", "machine.yaml", large[0], large[1]}).err == warning);
  desk.files.write("other.yaml", "extends: machine.yaml\nname: other\n");
  CHECK(desk.run({"compare", "machine.yaml", "other.yaml", "--trace", "trace.h5", "--quiet",
                  "--set", "buffers.weight_bytes=8 MiB"})
            .err == warning + warning);
}

TEST_CASE("progress shows on a terminal, is wiped at the end and is quiet in a pipe") {
  const Desk desk;
  CHECK(desk.run(run_to("out")).err == "");
  CommandSetup terminal;
  terminal.err_on_terminal = true;
  const CommandResult result = desk.run(run_to("shown"), terminal);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.err, "simulating small: layer 2 of 4, conv2, image 1 of 2"));
  const std::string wipe = "\r\033[K";
  REQUIRE(result.err.size() > wipe.size());
  CHECK(result.err.substr(result.err.size() - wipe.size()) == wipe);
  CHECK(desk.files.read("shown/results.json") == desk.files.read("out/results.json"));
}

TEST_CASE("progress says how much time is left as soon as that can be estimated") {
  const Watch::Place quarter{1, 20, "conv2", 6, 100, 0.25};
  const std::string at = "simulating net: layer 2 of 20, conv2, image 7 of 100";
  CHECK(progress_text("simulating net", quarter, 1.9) == at);
  CHECK(progress_text("simulating net", quarter, 2) == at + ", 6 s left");
  CHECK(progress_text("simulating net", quarter, 1200) == at + ", 60 min left");
  CHECK(progress_text("checking", {0, 2, "fc", 0, 0, 0}, 60) == "checking: layer 1 of 2, fc");
}

TEST_CASE("--profile adds where CPU time went to standard error only") {
  const Desk desk;
  const CommandResult result = desk.run(run_to("out", {"--profile"}));
  CHECK(result.exit_code == 0);
  CHECK(contains(result.err, "peeksim: info: CPU: "));
  CHECK(contains(result.err, " cycles, "));
  desk.ok(run_to("plain"));
  CHECK(desk.files.read("plain/results.json") == desk.files.read("out/results.json"));
}

TEST_CASE("a trace whose file name is no text does not cost the results") {
  const Desk desk;
  desk.files.write("\xff.h5", desk.files.read("trace.h5"));
  desk.ok({"run", "machine.yaml", "--trace", "\xff.h5", "--out", "out"});
  CHECK(desk.json("out/results.json")["trace"]["file"] == "\xef\xbf\xbd.h5");
}
