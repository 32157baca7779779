// Ctrl-C, and a request to terminate, end the work without leaving half of anything.
#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>

#include "sim/trace/synth.h"
#include "tests/cli/peeksim.h"

using namespace peeksim;

namespace {

// True as soon as something is being written beside its final name.
std::function<bool()> when_partial(const Desk& desk) {
  return [&desk] {
    for (const auto& entry : std::filesystem::directory_iterator(desk.files.path()))
      if (contains(entry.path().filename().string(), ".partial")) return true;
    return false;
  };
}

CommandSetup interrupt_with(const Desk& desk, int signal) {
  CommandSetup setup;
  setup.signal = signal;
  setup.signal_when = when_partial(desk);
  return setup;
}

// Seconds of simulation: a tile per output on an array of one PE, for many images.
Words long_run(const Desk& desk) {
  desk.files.write("wide.yaml",
                   "name: wide\nsource: made for tests\nlayers:\n"
                   "  - {name: conv, C: 1, H: 128, W: 128, K: 8, R: 1, S: 1}\n");
  SynthSettings settings;
  settings.images = 24;
  settings.correlation = 0;
  synthesize(load_workload(desk.files.path("wide.yaml")), settings, desk.files.path("wide.h5"));
  return {"run",   "machine.yaml",          "--trace", "wide.h5",
          "--set", "array.rows=1",          "--set",   "array.cols=1",
          "--set", "array.dispatch=packed", "--out",   "out"};
}

}  // namespace

TEST_CASE("Ctrl-C during a run leaves no results") {
  const Desk desk;
  const Words run = long_run(desk);
  Words with_workers = run;
  with_workers.insert(with_workers.end(), {"--jobs", "2"});
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    CAPTURE(signal);
    desk.refused(run, 130, {"wide.h5: interrupted; nothing was left half-written"},
                 interrupt_with(desk, signal));
    desk.refused(with_workers, 130, {"wide.h5: interrupted; nothing was left half-written"},
                 interrupt_with(desk, signal));
  }
}

TEST_CASE("Ctrl-C during a run with --force leaves the earlier results") {
  const Desk desk;
  Words run = long_run(desk);
  run.push_back("--force");
  desk.files.write("out/results.json", "precious");
  desk.files.write("out/layers.csv", "precious too");
  desk.refused(run, 130, {"interrupted"}, interrupt_with(desk, SIGINT));
}

TEST_CASE("Ctrl-C while a trace is made leaves no half of it and no lost one") {
  const Desk desk;
  desk.files.write("vgg16.h5", "precious");
  for (const int signal : {SIGINT, SIGTERM}) {
    desk.refused({"trace", "synth", shipped("workloads/vgg16.yaml"), "-o", "vgg16.h5", "--force"},
                 130, {"vgg16.h5: interrupted"}, interrupt_with(desk, signal));
  }
}

TEST_CASE("what nohup asked to be ignored stays ignored") {
  const Desk desk;
  Words command = {"nohup", PEEKSIM_BINARY};
  const Words run = long_run(desk);
  command.insert(command.end(), run.begin(), run.end());
  CommandSetup setup = interrupt_with(desk, SIGHUP);
  setup.folder = desk.files.path();
  const CommandResult result = run_program(command, setup);
  CHECK(result.exit_code == 0);
  CHECK(desk.json("out/results.json")["trace"]["images"] == 24);
}
