#include <filesystem>
#include <iostream>
#include <memory>

#include "sim/base/error.h"
#include "sim/base/output_file.h"
#include "sim/cli/commands/run_machines.h"
#include "sim/cli/commands/simulation_options.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/options.h"
#include "sim/cli/shell/terminal.h"
#include "sim/page/compare_page.h"
#include "sim/page/page.h"
#include "sim/report/files/compare_file.h"
#include "sim/report/files/json_text.h"
#include "sim/report/files/read_results.h"
#include "sim/report/screens/compare_screen.h"
#include "sim/run/run.h"

namespace peeksim {

namespace {

void require_same_traces(const Comparison& comparison, const std::vector<PricedResult>& runs,
                         const std::vector<std::string>& paths) {
  if (comparison.same_traces) return;
  std::string traces;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const TraceIdentity& trace = runs[i].result.trace;
    traces += (i == 0 ? "" : ", ") + paths[i] + " of " + trace.file + " (" +
              trace.sha256.substr(0, 12) + ", images: " + std::to_string(trace.images) + ")";
  }
  throw Error(ErrorKind::usage, "", "the runs are of different traces: " + traces,
              "--anyway compares them nevertheless, layers by name");
}

// The first path that ends in one of these, or "".
std::string first_of(const std::vector<std::string>& paths,
                     const std::vector<std::string>& extensions) {
  for (const std::string& path : paths)
    for (const std::string& extension : extensions)
      if (std::filesystem::path(path).extension() == extension) return path;
  return "";
}

// Else the runs are finished.
bool simulates(const Options& options) {
  return options.has("trace") || options.has("workload");
}

// Either machines with a trace, or results without one; else throws Error(usage).
void require_one_kind(const Options& options, const std::vector<std::string>& paths) {
  const auto refuse = [](const std::string& what, const std::string& remedy) {
    throw Error(ErrorKind::usage, "", what, remedy);
  };
  if (paths.size() < 2)
    refuse("one run compares with nothing",
           "name two machines or more and --trace, or the results.json of two runs or more");
  const std::string machine = first_of(paths, {".yaml", ".yml"});
  const std::string results = first_of(paths, {".json"});
  if (!machine.empty() && !results.empty())
    refuse("machines and results do not mix: " + machine + ", " + results,
           "name machines and --trace, or results alone");
  if (options.has("trace") && options.has("workload"))
    refuse("--trace and --workload do not go together", "keep one: a workload has no values");
  for (const char* name : {"trace", "workload"})
    if (options.has(name) && !results.empty())
      refuse("--" + std::string(name) + " is for machines, and " + results +
                 " is the results of a run",
             "drop it, or name machine files");
  if (simulates(options)) return;
  if (!machine.empty()) refuse("no trace given to simulate " + machine + " on", "add --trace FILE");
  for (const char* name : {"set", "images"})
    if (options.has(name))
      refuse("--" + std::string(name) + " is for a simulation, and results are finished",
             "drop it, or name machine files and --trace");
  if (options.text("engine") != RunOptions().engine)
    refuse("--engine is for a simulation, and results are finished",
           "drop it, or name machine files and --trace");
}

void require_one_output(const Options& options) {
  std::string others;
  for (const char* name : {"quiet", "json", "csv"})
    if (options.has(name)) others += (others.empty() ? "--" : " and --") + std::string(name);
  if (others.find(' ') != std::string::npos)
    throw Error(ErrorKind::usage, "", others + " do not go together", "keep one of them");
}

std::vector<PricedResult> read_runs(const std::vector<std::string>& paths) {
  std::vector<PricedResult> runs;
  for (const std::string& path : paths) runs.push_back(read_stored_run(path));
  return runs;
}

}  // namespace

void compare_command(const std::vector<std::string>& arguments) {
  Options options(
      "peeksim compare A B ... [--trace TRACE] [OPTIONS]",
      "Shows machines, simulated on a trace, or finished runs beside the first: cycles, "
      "energy and where it went, area, MACs saved, false zeros; and how they differ.",
      "peeksim compare configs/dense-16x16.yaml configs/peek-16x16.yaml --trace "
      "traces/squeezenet1_1.h5");
  options.positionals("RUN", "a machine file (YAML), or a run's results.json");
  options.add()("trace", named("TRACE"), "simulate the machines on this trace (HDF5)")(
      "workload", named("WORKLOAD"), "the same on the shapes of a workload, for dense machines");
  add_simulation_options(options);
  options.add()("layers", "show every metric of every layer too")(
      "json", "print all numbers, of every layer too")("csv", "print the table of machines")(
      "html", named("FILE"), "a new file for the same as a page with charts")(
      "force", "replace an existing page")("anyway", "compare runs of different traces")(
      "quiet,q", "print one sentence, and no progress");
  if (!options.parse(arguments)) return;
  const std::vector<std::string> paths = options.list("RUN");
  require_one_kind(options, paths);
  require_one_output(options);
  std::unique_ptr<OutputFile> page;
  if (options.has("html")) {
    require_pages();
    page = std::make_unique<OutputFile>(options.text("html"), options.has("force"));
  }
  const std::vector<PricedResult> runs =
      simulates(options)
          ? run_machines(paths, trace_or_workload(options), options, options.has("quiet"))
          : read_runs(paths);
  const Comparison comparison = compare_runs(runs);
  if (!options.has("anyway")) require_same_traces(comparison, runs, paths);
  if (page) {
    page->write(compare_page(comparison, runs, paths));
    page->commit();
  }
  if (options.has("json")) {
    std::cout << document(compare_json(comparison, runs, paths));
  } else if (options.has("csv")) {
    std::cout << compare_csv(comparison, runs, paths);
  } else if (options.has("quiet")) {
    std::cout << in_words(comparison) << "\n";
  } else {
    std::cout << compare_screen(comparison, runs, paths, options.has("layers"), screen_style());
    if (page) std::cout << "\npage in " << options.text("html") << "\n";
  }
}

}  // namespace peeksim
