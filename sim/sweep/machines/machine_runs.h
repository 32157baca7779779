// Machines on traces, one after another in this process.
#pragma once

#include <memory>

#include "sim/engine/engine_kind.h"
#include "sim/run/run.h"
#include "sim/sweep/machines/held_trace.h"
#include "sim/sweep/machines/lru_cache.h"

namespace peeksim {

class MachineRuns {
 public:
  // Makes the engine with the first run: a process can make only one (engine/engine.h).
  explicit MachineRuns(const EngineKind& engine) : kind_(engine) {}

  // The result of all images that the trace holds. Values that it holds are not read again, and
  // masks and dense versions that earlier machines left are not made again; an engine that computes
  // values reads and makes everything anew. Throws as run_trace().
  RunResult run(const MachineSpec& machine, const HeldTrace& trace, const Watch& watch = {});

  // No other run can follow in this process (engine/engine.h).
  bool exhausted() const;

 private:
  class CacheOfRun;

  const EngineKind& kind_;
  std::shared_ptr<Engine> engine_;  // null: nothing has run
  // By trace, layer, image and prediction settings, or dense machine.
  LruCache<Prediction> masks_{std::size_t{16} << 20};
  LruCache<Counters> dense_{std::size_t{8} << 20};
};

}  // namespace peeksim
