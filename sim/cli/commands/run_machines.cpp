#include "sim/cli/commands/run_machines.h"

#include <memory>
#include <utility>

#include "sim/cli/commands/simulation_options.h"
#include "sim/cli/commands/trace_warnings.h"
#include "sim/cli/shell/session.h"
#include "sim/engine/engine_kind.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/run/run.h"
#include "sim/sweep/farm/held_trace.h"
#include "sim/sweep/farm/run_store.h"

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

}  // namespace

std::vector<PricedResult> run_machines(const std::vector<std::string>& machine_paths,
                                       const std::string& trace_path, const Options& options,
                                       bool quiet) {
  const EngineKind& kind = find_engine(options.text("engine"));
  const std::vector<PricedMachine> machines = load_machines(machine_paths, options.list("set"));
  // A cache serves only an engine that computes no values; another reads all of every layer.
  const bool caches = !kind.computes_values;
  const HeldTrace trace(trace_path, images_to_run(options), caches ? TraceShelf::usual_bytes : 0,
                        interrupted);
  for (const PricedMachine& one : machines) {
    warn_about_unmatched(one.machine, trace.trace().info());
    warn_about_skipping(one.machine, trace.trace().info());
    warn_about_loop(one.machine, trace.trace().info());
    warn_about_prices(one.machine, one.table);
  }
  const std::shared_ptr<Engine> engine = make_engine(kind.name);
  RunStore store;
  std::vector<PricedResult> runs;
  for (const auto& [machine, table] : machines) {
    StoredRuns cache(store, trace, machine);
    RunOptions run;
    run.engine = kind.name;
    run.made = engine.get();
    run.images = trace.images();
    if (caches) run.cache = &cache;
    Progress progress("simulating " + trace.trace().info().network + " on " + machine.name, !quiet);
    runs.push_back(price_run(run_trace(machine, trace.trace(), progress.watch(), run), table));
    keep(cache.findings(), store);
  }
  return runs;
}

}  // namespace peeksim
