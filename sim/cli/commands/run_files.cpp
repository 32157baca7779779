#include "sim/cli/commands/run_files.h"

#include <algorithm>

#include "sim/base/error.h"
#include "sim/base/glob.h"
#include "sim/base/paths.h"
#include "sim/base/suggest.h"
#include "sim/engine/engine_kind.h"
#include "sim/page/page.h"
#include "sim/page/run_page.h"
#include "sim/report/events/event_file.h"
#include "sim/report/files/results_file.h"
#include "sim/report/files/version.h"

namespace peeksim {

namespace {

struct FileOption {
  const char* option;
  const char* what;  // on the screen, in this order
  std::vector<const char*> settings;
};

const std::vector<FileOption>& file_options() {
  static const std::vector<FileOption> table = {
      {"events", "events", {}},
      {"timeline", "timeline", {"timeline-layers", "timeline-steps"}},
      {"report", "report", {}},
      {"vcd", "waveform", {"vcd-cycles"}}};
  return table;
}

constexpr CycleWindow default_cycles = {0, 1000};

std::vector<std::string> waveform_comments(const MachineSpec& machine, const TraceIdentity& trace) {
  return {std::string("peeksim ") + program_version() + ", machine " + machine.name + ", trace " +
          trace.file};
}

// One sink that forwards events to all of these.
EventSink all_of(std::vector<EventSink> sinks) {
  EventDetail detail = EventDetail::none;
  for (const EventSink& sink : sinks) detail = std::max(detail, sink.detail());
  return {detail, [sinks = std::move(sinks)](const RunEvents& events) {
            for (const EventSink& sink : sinks) sink(events);
          }};
}

void require_layers(const std::vector<std::string>& globs, const TraceInfo& info) {
  std::vector<std::string> names;
  for (const TraceLayer& layer : info.layers) names.push_back(layer.layer.name);
  for (const std::string& glob : globs) {
    if (std::any_of(names.begin(), names.end(),
                    [&](const std::string& name) { return glob_matches(glob, name); }))
      continue;
    throw Error(ErrorKind::usage, "",
                "--timeline-layers: '" + glob + "' names no layer of " + info.path,
                suggest(glob, names));
  }
}

}  // namespace

void add_run_files(Options& options) {
  options.add()("events", named("FILE"), "a new file for what happened when (JSON lines)")(
      "timeline", named("FILE"),
      "a new file for a timeline of the first image, for Perfetto and chrome://tracing")(
      "timeline-layers", named("A,B,..."), "only these layers; * is any text")(
      "timeline-steps", named("A:B"), "only the steps of a layer from A up to, not including, B")(
      "report", named("FILE"), "a new file for a page with charts of the results (HTML)")(
      "vcd", named("FILE"),
      "a new file for a waveform of the first image (VCD); with --engine clocked")(
      "vcd-cycles", named("A:B"), "its cycles, from A up to, not including, B; default 0:1000");
}

RunFiles::RunFiles(const Options& options) : options_(options) {
  for (const FileOption& file : file_options()) {
    const std::string option = std::string("--") + file.option;
    if (!options.has(file.option)) {
      for (const char* setting : file.settings)
        if (options.has(setting))
          throw Error(ErrorKind::usage, "", std::string("--") + setting + " without " + option,
                      "add " + option + " FILE");
      continue;
    }
    const std::string path = options.text(file.option);
    for (const FileOption& other : file_options()) {
      if (other.option == file.option) break;
      if (options.has(other.option) &&
          absolute_path(options.text(other.option)) == absolute_path(path))
        throw Error(ErrorKind::usage, "", option + " and --" + other.option + " name the same file",
                    "name two files");
    }
    files_.push_back({file.option, file.what, path, nullptr});
  }
  if (options.has("report")) require_pages();
  if (options.has("vcd")) require_cycles(find_engine(options.text("engine")));
  cycles_ = default_cycles;
  if (options.has("vcd-cycles")) {
    const Range cycles = options.range("vcd-cycles", "cycle");
    cycles_ = {cycles.first, cycles.end};
  }
  if (options.has("timeline-layers")) window_.layers = options.names("timeline-layers");
  if (options.has("timeline-steps")) {
    const Range steps = options.range("timeline-steps", "step");
    window_.first_step = steps.first;
    window_.end_step = steps.end;
  }
}

void RunFiles::open(const MachineSpec& machine, const Trace& trace, RunOptions& run) {
  require_layers(window_.layers, trace.info());
  for (File& file : files_)
    file.file = std::make_unique<OutputFile>(file.path, options_.has("force"));
  if (files_.empty()) return;
  const TraceIdentity identity = identity_of(trace);
  std::vector<EventSink> sinks;
  if (OutputFile* file = file_of("events")) {
    file->write(events_header(machine.name, trace.info().path));
    sinks.push_back(events_into(*file));
  }
  if (OutputFile* file = file_of("timeline")) {
    file->write(timeline_head(machine, identity, window_));
    sinks.push_back(timeline_into(*file, machine, window_));
  }
  if (file_of("report") != nullptr) sinks.push_back(strips_into(strips_, machine));
  run.events = all_of(std::move(sinks));
  if (OutputFile* file = file_of("vcd")) {
    run.waveform = {cycles_, waveform_comments(machine, identity),
                    [file](const std::string& text) { file->write(text); }};
  }
}

OutputFile* RunFiles::file_of(const std::string& option) const {
  for (const File& file : files_)
    if (file.option == option) return file.file.get();
  return nullptr;
}

void RunFiles::flush(const PricedResult& priced) {
  if (OutputFile* file = file_of("report"))
    file->write(run_page(results_json(priced), "results.json", strips_));
  if (OutputFile* file = file_of("timeline")) file->write(timeline_foot());
  for (const File& file : files_) file.file->flush();
}

void RunFiles::commit() {
  for (const File& file : files_) file.file->commit();
}

std::string RunFiles::list() const {
  std::string text;
  for (const File& file : files_) text += file.what + " in " + file.path + "\n";
  return text;
}

}  // namespace peeksim
