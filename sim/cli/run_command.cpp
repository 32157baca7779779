#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <limits>
#include <memory>

#include "sim/base/error.h"
#include "sim/cli/command.h"
#include "sim/cli/options.h"
#include "sim/cli/session.h"
#include "sim/predict/layer_prediction.h"
#include "sim/report/event_file.h"
#include "sim/report/layer_settings.h"
#include "sim/report/save.h"
#include "sim/report/screen.h"
#include "sim/report/version.h"
#include "sim/system/engine.h"
#include "sim/system/run.h"

namespace po = boost::program_options;

namespace peeksim {

namespace {

using TextList = std::vector<std::string>;

void warn_about_unmatched(const MachineSpec& machine, const TraceInfo& info) {
  for (const std::string& entry : unmatched_entries(machine.prediction, layers_of(info)))
    spdlog::warn("{} names no layer of {}", entry, info.path);
}

void warn_about_loop(const MachineSpec& machine, const TraceInfo& info) {
  const std::string mismatch = loop_mismatch(machine, info);
  if (!mismatch.empty())
    spdlog::warn(
        "{} {}: its values carry other mispredictions than this machine's; record it with "
        "tools/extract_trace.py --machine of this one",
        info.path, mismatch);
}

// "event: ...; clocked: ..."
std::string engine_choices() {
  std::string choices;
  for (const EngineKind& engine : engines())
    choices += (choices.empty() ? "" : "; ") + std::string(engine.name) + ": " + engine.meaning;
  return choices;
}

constexpr clocked::CycleWindow default_window = {0, 1000};

int images_to_run(const Options& options) {
  const std::size_t images = options.whole("images", 1);
  return static_cast<int>(std::min<std::size_t>(images, std::numeric_limits<int>::max()));
}

// "A:B"
clocked::CycleWindow cycle_window(const std::string& text) {
  clocked::CycleWindow window;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, window.first);
  const bool colon = first.ec == std::errc() && first.ptr != end && *first.ptr == ':';
  const auto last = colon ? std::from_chars(first.ptr + 1, end, window.end) : first;
  if (!colon || last.ec != std::errc() || last.ptr != end || window.first < 0 ||
      window.end <= window.first)
    throw Error(ErrorKind::usage, "", "--vcd-cycles is '" + text + "', not cycles A:B",
                "expected A:B with 0 <= A < B: from cycle A up to, not including, cycle B");
  return window;
}

WaveformOptions waveform_into(OutputFile& file, clocked::CycleWindow window,
                              const MachineSpec& machine, const TraceInfo& info) {
  const std::string trace = std::filesystem::path(info.path).filename().string();
  WaveformOptions options;
  options.window = window;
  options.comments = {std::string("peeksim ") + program_version() + ", machine " + machine.name +
                      ", trace " + trace};
  options.write = [&file](const std::string& text) { file.write(text); };
  return options;
}

}  // namespace

void run_command(const std::vector<std::string>& arguments) {
  Options options(
      "peeksim run MACHINE --trace FILE [OPTIONS]",
      "Simulates every layer of a trace on the machine, and on the same machine without\n"
      "prediction beside it. Prints where MACs, cycles and energy went.",
      "peeksim run configs/peek-16x16.yaml --trace traces/squeezenet1_1.h5 --out out/");
  options.positional("MACHINE", "a machine file (YAML); see 'peeksim config reference'");
  options.add()("trace", po::value<std::string>(), "the trace (HDF5); required")(
      "out", po::value<std::string>(), "a new folder for results.json and layers.csv")(
      "events", po::value<std::string>(), "a new file for what happened when (JSON lines)")(
      "vcd", po::value<std::string>(),
      "a new file for a waveform of the first image (VCD); with --engine clocked")(
      "vcd-cycles", po::value<std::string>(),
      "A:B: its cycles, from A up to, not including, B; default 0:1000")(
      "force", "replace existing results")(
      "engine", po::value<std::string>()->default_value("event"), engine_choices().c_str())(
      "check-values", "stop at the first computed output that is not the trace's")(
      "set", po::value<TextList>()->composing(), "KEY=VALUE: override a key; repeatable")(
      "images", po::value<long long>(),
      "how many of the trace's, from the first one on; default: all")(
      "workload", po::value<std::string>(), "check that the trace has this workload's shapes")(
      "profile", "print on standard error where CPU time went");
  if (!options.parse(arguments)) return;
  if (!options.has("trace"))
    throw Error(ErrorKind::usage, "", "no trace given", "add --trace FILE");

  const EngineKind& engine = find_engine(options.text("engine"));
  if (options.has("vcd")) require_waveform(engine);
  if (options.has("vcd-cycles") && !options.has("vcd"))
    throw Error(ErrorKind::usage, "", "--vcd-cycles without --vcd", "add --vcd FILE");
  if (options.has("vcd") && options.has("events") && options.text("vcd") == options.text("events"))
    throw Error(ErrorKind::usage, "", "--vcd and --events name the same file", "name two files");
  const clocked::CycleWindow window =
      options.has("vcd-cycles") ? cycle_window(options.text("vcd-cycles")) : default_window;
  const std::string machine_path = options.text("MACHINE");
  const MachineSpec machine = load_machine(machine_path, options.list("set"), vocabulary());
  const EnergyTable table = energy_table_of(machine, machine_path);
  rates_for(table, machine);  // an unusable table is an error before the simulation, not after
  const Trace trace(options.text("trace"));
  if (options.has("workload")) check_workload(trace.info(), options.text("workload"));
  warn_about_unmatched(machine, trace.info());
  warn_about_loop(machine, trace.info());
  std::unique_ptr<OutputFolder> folder;
  if (options.has("out"))
    folder = std::make_unique<OutputFolder>(options.text("out"), options.has("force"));

  std::unique_ptr<OutputFile> events;
  if (options.has("events"))
    events = std::make_unique<OutputFile>(options.text("events"), options.has("force"));
  std::unique_ptr<OutputFile> vcd;
  if (options.has("vcd"))
    vcd = std::make_unique<OutputFile>(options.text("vcd"), options.has("force"));

  RunProfile profile;
  RunOptions run;
  run.engine = options.text("engine");
  run.check_values = options.has("check-values");
  if (options.has("images")) run.images = images_to_run(options);
  run.profile = &profile;
  if (events) {
    events->write(events_header(machine.name, trace.info().path));
    run.events = events_into(*events);
  }
  if (vcd) run.waveform = waveform_into(*vcd, window, machine, trace.info());
  RunResult result;
  {
    Progress progress("simulating " + trace.info().network);
    result = run_trace(machine, trace, progress.watch(), run);
  }
  // A full disk is an error before the first file has its name.
  for (OutputFile* file : {events.get(), vcd.get()})
    if (file != nullptr) file->flush();
  if (folder) save_results(*folder, result, table);
  for (OutputFile* file : {events.get(), vcd.get()})
    if (file != nullptr) file->commit();
  std::cout << run_screen(result, table);
  if (folder)
    std::cout << "\nresults in " << options.text("out") << " (results.json, layers.csv)\n";
  if (events) std::cout << (folder ? "" : "\n") << "events in " << options.text("events") << "\n";
  if (vcd)
    std::cout << (folder || events ? "" : "\n") << "waveform in " << options.text("vcd") << "\n";
  if (options.has("profile")) {
    spdlog::info("CPU: {:.4f} s reading the trace, {:.4f} s simulating", profile.read_seconds,
                 profile.simulate_seconds);
    spdlog::info("simulated: {} cycles, {} MACs", profile.cycles, profile.macs);
  }
}

}  // namespace peeksim
