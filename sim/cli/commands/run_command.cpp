#include <spdlog/spdlog.h>

#include <iostream>
#include <memory>
#include <utility>

#include "sim/base/error.h"
#include "sim/cli/commands/run_files.h"
#include "sim/cli/commands/simulation_options.h"
#include "sim/cli/commands/trace_warnings.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/options.h"
#include "sim/cli/shell/session.h"
#include "sim/cli/shell/terminal.h"
#include "sim/engine/engine_kind.h"
#include "sim/report/files/results_file.h"
#include "sim/report/files/save.h"
#include "sim/report/screens/screen.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/run/run.h"
#include "sim/trace/check_workload.h"

namespace peeksim {

void run_command(const std::vector<std::string>& arguments) {
  Options options(
      "peeksim run MACHINE --trace TRACE [OPTIONS]",
      "Simulates every layer of a trace on the machine, and on the same machine without "
      "prediction beside it. Prints where MACs, cycles and energy went.",
      "peeksim run configs/peek-16x16.yaml --trace traces/squeezenet1_1.h5 --out out/");
  options.positional("MACHINE", "a machine file (YAML); see 'peeksim config reference'");
  options.add()("trace", named("TRACE"), "the trace (HDF5); required without --workload")(
      "out", named("FOLDER"), "a new folder for results.json and layers.csv")(
      "force", "replace existing results");
  add_simulation_options(options);
  options.add()("jobs", named<long long>("N"),
                "worker processes that share the images; default: 1")(
      "check-values", "stop at the first computed output that is not the trace's")(
      "workload", named("WORKLOAD"),
      "without --trace: run its shapes densely; with it: check that both have the same")(
      "quiet,q", "print one line, what was saved, and no progress")(
      "json", "print results.json instead of the table")(
      "profile", "print on standard error where CPU time went");
  add_run_files(options);
  if (!options.parse(arguments)) return;
  if (!options.has("workload"))
    options.require("trace", "no trace given",
                    "add --trace FILE, or for a dense machine --workload FILE");

  const bool quiet = options.has("quiet");
  if (quiet && options.has("json"))
    throw Error(ErrorKind::usage, "", "--quiet and --json do not go together", "drop one of them");
  find_engine(options.text("engine"));  // an unknown one is an error before a file is read
  RunFiles files(options);
  const std::string machine_path = options.text("MACHINE");
  MachineSpec machine = load_machine(machine_path, options.list("set"), vocabulary());
  const EnergyTable table = energy_table_of(machine, machine_path);
  rates_for(table, machine);  // an unusable table is an error before the simulation, not after
  const Trace trace(trace_or_workload(options), TraceInput::values_or_shapes);
  if (options.has("trace") && options.has("workload"))
    check_workload(trace.info(), options.text("workload"));
  machine = settled_on(trace, machine);
  warn_about_skipping(machine, trace.info());
  warn_about_loop(machine, trace.info());
  std::unique_ptr<OutputFolder> folder;
  if (options.has("out"))
    folder = std::make_unique<OutputFolder>(options.text("out"), options.has("force"));

  RunProfile profile;
  RunOptions run;
  run.engine = options.text("engine");
  run.check_values = options.has("check-values");
  run.images = images_to_run(options);
  if (options.has("jobs")) run.jobs = options.count("jobs", 1);
  run.profile = &profile;
  files.open(machine, trace, run);
  RunResult result;
  {
    Progress progress("simulating " + trace.info().network, !quiet);
    result = run_trace(machine, trace, progress.watch(), run);
  }
  warn_about_prices(machine, table);
  const PricedResult priced = price_run(std::move(result), table);
  files.flush(priced);
  if (folder) save_results(*folder, priced);
  files.commit();
  if (options.has("json")) {
    std::cout << results_json(priced);
  } else if (quiet) {
    std::cout << run_summary(priced);
  } else {
    std::cout << run_screen(priced, screen_style());
    std::string written;
    if (folder) written = "results in " + options.text("out") + " (results.json, layers.csv)\n";
    written += files.list();
    std::cout << (written.empty() ? "" : "\n") << written;
  }
  if (options.has("profile")) {
    spdlog::info("CPU: {:.4f} s reading the trace, {:.4f} s simulating", profile.read_seconds,
                 profile.simulate_seconds);
    spdlog::info("simulated: {} cycles, {} MACs", profile.cycles, profile.macs);
  }
}

}  // namespace peeksim
