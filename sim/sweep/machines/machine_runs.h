// Runs machines on traces, one after another in this process. Masks and dense counters of earlier
// runs are cached.
#pragma once

#include <memory>

#include "sim/engine/engine_kind.h"
#include "sim/run/run.h"
#include "sim/sweep/machines/cached_trace.h"
#include "sim/sweep/machines/lru_cache.h"

namespace peeksim {

class MachineRuns {
 public:
  // The engine is created by the first run: a process can create only one (engine/engine_kind.h).
  explicit MachineRuns(const EngineKind& engine) : kind_(engine) {}

  // The result of all images of the trace. Its cached values are not read again, and cached masks
  // and dense counters of earlier runs are not computed again; an engine that computes values reads
  // and computes everything again. Throws as run_trace().
  RunResult run(const MachineSpec& machine, const CachedTrace& trace, const Watch& watch = {});

  // Whether the process must be replaced before the next run (engine/engine.h).
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
