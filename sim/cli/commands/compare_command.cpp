#include <iostream>

#include "sim/base/error.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/options.h"
#include "sim/cli/shell/terminal.h"
#include "sim/page/compare_page.h"
#include "sim/report/files/output_file.h"
#include "sim/report/files/read_results.h"
#include "sim/report/screens/compare_screen.h"

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
              "--anyway compares them all the same, layers by name");
}

}  // namespace

void compare_command(const std::vector<std::string>& arguments) {
  Options options("peeksim compare A B ... [OPTIONS]",
                  "Shows finished runs beside each other: what differs between their machines, and "
                  "cycles, energy, MACs and traffic of the network and of every layer, over the "
                  "first run's.",
                  "peeksim compare out-16x16/results.json out-64x4/results.json");
  options.positionals("RESULTS", "the results.json of two runs or more");
  options.add()("html", named("FILE"), "a new file for the same as a page with charts")(
      "anyway", "compare runs of different traces")("force", "replace an existing page");
  if (!options.parse(arguments)) return;
  const std::vector<std::string> paths = options.list("RESULTS");
  if (paths.size() < 2)
    throw Error(ErrorKind::usage, "", "one run compares with nothing",
                "name the results.json of two runs or more");
  std::vector<PricedResult> runs;
  for (const std::string& path : paths) runs.push_back(read_stored_run(path));
  const Comparison comparison = compare_runs(runs);
  if (!options.has("anyway")) require_same_traces(comparison, runs, paths);
  if (options.has("html")) {
    OutputFile file(options.text("html"), options.has("force"));
    file.write(compare_page(comparison, runs, paths));
    file.commit();
  }
  std::cout << compare_screen(comparison, runs, paths, screen_style());
  if (options.has("html")) std::cout << "\npage in " << options.text("html") << "\n";
}

}  // namespace peeksim
