// `peeksim run --vcd`, and the example of docs/waveforms.md.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/cli/peeksim.h"
#include "tests/support/vcd.h"

using namespace peeksim;

namespace {

// run machine.yaml --trace trace.h5 --engine clocked --vcd FILE MORE...
Words show_in(const std::string& file, const Words& more = {}) {
  Words words = {"run",      "machine.yaml", "--trace", "trace.h5",
                 "--engine", "clocked",      "--vcd",   file};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("a shipped trace gives a waveform of the cycles that are asked for") {
  const Desk desk;
  const std::string screen =
      desk.ok({"run", shipped("configs/peek-16x16.yaml"), "--trace",
               shipped("traces/cifar_resnet20.h5"), "--engine", "clocked", "--vcd", "wave.vcd",
               "--vcd-cycles", "9000:9200", "--events", "log.jsonl"});
  CHECK(contains(screen, "\nevents in log.jsonl\nwaveform in wave.vcd\n"));
  const std::string text = desk.files.read("wave.vcd");
  CHECK(contains(text, "$comment layer 1: layer1_0_conv1 $end"));
  CHECK(contains(text, "machine peek-16x16, trace cifar_resnet20.h5 $end"));
  const Vcd vcd(text);
  CHECK(vcd.first() == 9000);
  CHECK(vcd.last() == 9200);
  for (const char* scope : {"peeksim.sequencer", "peeksim.array", "peeksim.array.pe_0_0",
                            "peeksim.array.pe_15_15", "peeksim.prediction_unit", "peeksim.dram"})
    CHECK(vcd.scopes().count(scope) == 1);
  CHECK(vcd.scopes().size() == 5 + 256);
  // The prediction and the tile that follows it as docs/event-log.md has them.
  CHECK(vcd.history("peeksim.prediction_unit.ready_step") == "z@9000 0@9081");
  CHECK(vcd.high("peeksim.sequencer.predict_stall") == "9063-9081");
  CHECK(vcd.high("peeksim.sequencer.neighbor_pass") == "9081-9200");
  int live = 0;
  for (const std::string& name : vcd.names())
    if (contains(name, ".enable")) live += vcd.at(name, 9100) == "1";
  CHECK(live == 19872 / 144);
  CHECK(vcd.at("peeksim.prediction_unit.window_bits_0", 9100).size() > 100);
}

TEST_CASE("the example of the waveform's page runs, and its save file names its signals") {
  const Desk desk;
  const char* python = std::getenv("PEEKSIM_PYTHON");
  const CommandResult made =
      run_program({python != nullptr ? python : "/usr/bin/python3", shipped("docs/waveforms.py"),
                   desk.files.path("example.h5")});
  REQUIRE_MESSAGE(made.exit_code == 0, made.err);
  desk.ok({"run", shipped("docs/waveforms.yaml"), "--trace", "example.h5", "--engine", "clocked",
           "--check-values", "--vcd", "example.vcd"});
  const Vcd vcd(desk.files.read("example.vcd"));
  CHECK(vcd.last() == 61);
  CHECK(vcd.high("peeksim.sequencer.predict_stall") == "27-33");
  CHECK(vcd.high("peeksim.array.pe_0_0.enable") == "19-27");
  CHECK(vcd.history("peeksim.prediction_unit.window_bits_1") == "z@0 1110@23 110@29");

  const std::vector<std::string> names = vcd.names();
  std::ifstream save_file(shipped("docs/waveforms.gtkw"));
  int signals = 0;
  for (std::string line; std::getline(save_file, line);) {
    const std::size_t start = line.find("peeksim.");
    if (start == std::string::npos) continue;
    const std::string name = line.substr(start, line.find('[', start) - start);
    CAPTURE(name);
    CHECK(std::find(names.begin(), names.end(), name) != names.end());
    ++signals;
  }
  CHECK(signals > 20);
}

TEST_CASE("a waveform is the same bytes every time and changes no result") {
  const Desk desk;
  desk.ok(run_to("out", {"--engine", "clocked"}));
  const std::string screen = desk.ok(run_to("shown", {"--engine", "clocked", "--vcd", "a.vcd"}));
  CHECK(contains(screen, "\nresults in shown (results.json, layers.csv)\nwaveform in a.vcd\n"));
  desk.ok(show_in("b.vcd", {"--vcd-cycles", "0:1000"}));
  CHECK(desk.files.read("a.vcd") == desk.files.read("b.vcd"));
  CHECK(desk.files.read("shown/results.json") == desk.files.read("out/results.json"));
  CHECK(Vcd(desk.files.read("a.vcd")).last() == 1000);
}

TEST_CASE("a waveform without an engine that has cycles is a usage error") {
  const Desk desk;
  for (const Words& engine : {Words{}, Words{"--engine", "event"}}) {
    Words words = {"run", "machine.yaml", "--trace", "trace.h5", "--vcd", "a.vcd"};
    words.insert(words.end(), engine.begin(), engine.end());
    desk.refused(words, 2, {"the engine 'event' knows only events; add --engine clocked"});
  }
}

TEST_CASE("cycles of a waveform that are no window are a usage error") {
  const Desk desk;
  for (const char* cycles : {"", "5", ":", "5:", ":5", "5:5", "6:5", "-1:5", "1:5x", "1:5:9",
                             " 1:5", "+1:5", "a:b", "1-5", "0:99999999999999999999", "1e3:2e3"}) {
    CAPTURE(cycles);
    desk.refused(show_in("a.vcd", {"--vcd-cycles=" + std::string(cycles)}), 2, {"--vcd-cycles"});
  }
  desk.refused(show_in("a.vcd", {"--vcd-cycles", "6:5"}), 2,
               {"--vcd-cycles is '6:5', not cycles A:B; expected A:B with 0 <= A < B"});
  desk.refused(run_to("out", {"--engine", "clocked", "--vcd-cycles", "0:5"}), 2,
               {"--vcd-cycles without --vcd; add --vcd FILE"});
  desk.refused(show_in(""), 2, {"--vcd is empty"});
  desk.refused(show_in("a", {"--events", "a"}), 2, {"--vcd and --events name the same file"});
}

TEST_CASE("cycles after the end of the run are an error that says how many there are") {
  const Desk desk;
  desk.ok(run_to("out"));
  const std::string cycles =
      desk.json("out/results.json")["images"][0]["machine"]["counters"]["cycles"].dump();
  const std::string line = desk.refused(show_in("a.vcd", {"--vcd-cycles", cycles + ":99999999"}), 2,
                                        {"are after the end of the run"});
  CHECK(contains(line, "the first image takes " + cycles + " cycles;"));
}

TEST_CASE("an existing waveform is kept without --force and replaced with it") {
  const Desk desk;
  desk.files.write("a.vcd", "precious");
  desk.refused(show_in("a.vcd"), 6, {"a.vcd: exists already; name another file, or add --force"});
  desk.ok(show_in("a.vcd", {"--force"}));
  CHECK(Vcd(desk.files.read("a.vcd")).first() == 0);
}

TEST_CASE("a full disk leaves neither half a waveform nor other files without it") {
  const Desk desk;
  desk.files.write("old.vcd", "precious");
  for (const long limit : {0L, 4096L, 20000L}) {
    CAPTURE(limit);
    CommandSetup full;
    full.file_size_limit = limit;
    const Words parts = {": cannot be written: ", "; free some space"};
    desk.refused(show_in("a.vcd", {"--out", "out", "--events", "log.jsonl"}), 6, parts, full);
    desk.refused(show_in("old.vcd", {"--force"}), 6, parts, full);
  }
}

TEST_CASE("Ctrl-C during a run leaves no waveform") {
  const Desk desk;
  desk.ok({"trace", "synth", shipped("workloads/vgg16.yaml"), "-o", "vgg16.h5", "--type", "i8"});
  CommandSetup setup;
  setup.signal = SIGINT;
  setup.signal_when = [&desk] {
    for (const auto& entry : std::filesystem::directory_iterator(desk.files.path()))
      if (contains(entry.path().filename().string(), ".vcd.partial")) return true;
    return false;
  };
  desk.refused({"run", shipped("configs/peek-16x16.yaml"), "--trace", "vgg16.h5", "--engine",
                "clocked", "--vcd", "a.vcd"},
               130, {"vgg16.h5: interrupted"}, setup);
}
