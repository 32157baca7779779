#include "sim/cli/commands/run_machines.h"

#include <algorithm>
#include <utility>

#include "sim/cli/commands/simulation_options.h"
#include "sim/cli/commands/trace_warnings.h"
#include "sim/cli/shell/session.h"
#include "sim/engine/engine_kind.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/sweep/machines/cached_trace.h"
#include "sim/sweep/machines/machine_runs.h"

namespace peeksim {

namespace {

struct PricedMachine {
  MachineSpec machine;
  EnergyTable table;
};

// Throws for any machine that cannot be priced: before the first simulation, not after it.
std::vector<PricedMachine> load_machines(const std::vector<std::string>& paths,
                                         const std::vector<std::string>& settings) {
  std::vector<PricedMachine> loaded;
  for (const std::string& path : paths) {
    MachineSpec machine = load_machine(path, settings, vocabulary());
    EnergyTable table = energy_table_of(machine, path);
    rates_for(table, machine);
    loaded.push_back({std::move(machine), std::move(table)});
  }
  return loaded;
}

// With live taps if any machine needs them.
CachedTaps taps_for_all(const std::vector<PricedMachine>& machines) {
  const bool skips = std::any_of(machines.begin(), machines.end(), [](const PricedMachine& one) {
    return taps_for(one.machine) == CachedTaps::zero_and_live;
  });
  return skips ? CachedTaps::zero_and_live : CachedTaps::zero;
}

}  // namespace

std::vector<PricedResult> run_machines(const std::vector<std::string>& machine_paths,
                                       const std::string& trace_path, const Options& options,
                                       bool quiet) {
  const std::string engine = options.text("engine");
  const EngineKind& kind = find_engine(engine);
  std::vector<PricedMachine> machines = load_machines(machine_paths, options.list("set"));
  // An engine that computes values reads the whole trace itself, so nothing is cached for it.
  const CachedTrace trace(trace_path, images_to_run(options),
                          kind.computes_values ? 0 : CachedTrace::default_bytes,
                          taps_for_all(machines), interrupted);
  for (PricedMachine& one : machines) {
    one.machine = settled_on(trace.trace(), one.machine);
    warn_about_skipping(one.machine, trace.trace().info());
    warn_about_loop(one.machine, trace.trace().info());
    warn_about_prices(one.machine, one.table);
  }
  MachineRuns on_trace(kind);
  std::vector<PricedResult> runs;
  for (const auto& [machine, table] : machines) {
    Progress progress("simulating " + trace.trace().info().network + " on " + machine.name, !quiet);
    runs.push_back(price_run(on_trace.run(machine, trace, progress.watch()), table));
  }
  return runs;
}

}  // namespace peeksim
