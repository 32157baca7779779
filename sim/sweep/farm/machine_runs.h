// Several machines on one trace, one after another in this process.
#pragma once

#include <memory>

#include "sim/engine/engine_kind.h"
#include "sim/run/run.h"
#include "sim/sweep/farm/held_trace.h"
#include "sim/sweep/farm/run_store.h"

namespace peeksim {

class MachineRuns {
 public:
  // Makes the engine: a process can make only one (engine/engine.h). The trace outlives the object.
  MachineRuns(const HeldTrace& trace, const EngineKind& engine);

  // The result of all images that the trace holds. Values that it holds are not read again, and
  // masks and dense versions that earlier machines left are not made again; an engine that computes
  // values reads and makes everything anew. Throws as run_trace().
  RunResult run(const MachineSpec& machine, const Watch& watch = {});

 private:
  const HeldTrace& trace_;
  const EngineKind& kind_;
  const std::shared_ptr<Engine> engine_;
  RunStore store_;
};

}  // namespace peeksim
