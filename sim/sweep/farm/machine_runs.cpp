#include "sim/sweep/farm/machine_runs.h"

namespace peeksim {

MachineRuns::MachineRuns(const HeldTrace& trace, const EngineKind& engine)
    : trace_(trace), kind_(engine), engine_(make_engine(engine.name)) {}

RunResult MachineRuns::run(const MachineSpec& machine, const Watch& watch) {
  StoredRuns cache(store_, trace_, machine);
  RunOptions options;
  options.engine = kind_.name;
  options.made = engine_.get();
  options.images = trace_.images();
  if (!kind_.computes_values) options.cache = &cache;
  RunResult result = run_trace(machine, trace_.trace(), watch, options);
  keep(cache.findings(), store_);
  return result;
}

}  // namespace peeksim
