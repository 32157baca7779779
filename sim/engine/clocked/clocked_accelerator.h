// The accelerator of the clocked engine: every hardware block, and the wires between them.
#pragma once

#include <memory>
#include <vector>

#include "sim/base/counters.h"
#include "sim/engine/clocked/work.h"
#include "sim/engine/engine_options.h"
#include "sim/engine/memory/memory.h"
#include "sim/engine/observer.h"

namespace peeksim::clocked {

class Clock;
class CycleProbe;
class Dram;
class IfmapBuffer;
class Loader;
class MemoryBridge;
class OfmapBuffer;
class PeArray;
class PredictionUnit;
class Storer;
class TapSequencer;
class WeightBuffer;
struct Wires;

// Like the event engine's, a process makes one of them and runs everything on it.
class ClockedAccelerator {
 public:
  static constexpr int block_count = 8;  // modules that the constructor makes in the given order

  explicit ClockedAccelerator(const EngineOptions& options);
  ~ClockedAccelerator();

  // Outputs of a layer's convolution groups besides their counters.
  struct Outcome {
    // To be given: where to note the windows that the prediction unit gates; for predictors that
    // decide on peeks.
    WindowBits* predicted = nullptr;
    std::vector<float>* stored = nullptr;  // to be given, or null: [K,P,Q], where the stores go
    double worst_deviation = 0;            // of the computed outputs from the trace's
  };

  // The observer of the cycles of a group, and where the group begins in its layer.
  struct CycleObserver {
    Observer* observer = nullptr;
    int image = 0;  // of the job
    Cycle group_start = 0;
  };

  // Runs one convolution group from empty buffers to the completion of its last store, and returns
  // what the blocks counted: all counters but those of the prediction's quality. Throws
  // Error(trace) for a wrong value if the work asks for the check, Error(internal) when a block
  // is in a state that its inputs rule out, or when `memory` is none that was bound.
  Counters run(const Work& work, const MemoryKind* memory, const CycleObserver& cycles,
               Outcome& outcome);

 private:
  struct OtherMemory {
    const MemoryKind* kind;
    std::unique_ptr<Memory> memory;
    std::unique_ptr<MemoryBridge> bridge;
  };

  void make_memories();
  // Null: the engine's own DRAM.
  OtherMemory* find(const MemoryKind* memory);
  void show_cycles(const CycleObserver& cycles, int group, const OtherMemory* other);
  std::vector<const Module*> modules(const OtherMemory* other) const;
  Counters counted(const Work& work, const OtherMemory* other) const;

  std::vector<const MemoryKind*> memory_kinds_;
  std::unique_ptr<Wires> wires_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<OfmapBuffer> ofmap_buffer_;
  std::unique_ptr<IfmapBuffer> ifmap_buffer_;
  std::unique_ptr<WeightBuffer> weight_buffer_;
  std::unique_ptr<TapSequencer> sequencer_;
  std::unique_ptr<PeArray> array_;
  std::unique_ptr<PredictionUnit> prediction_unit_;
  std::unique_ptr<Loader> loader_;
  std::unique_ptr<Storer> storer_;
  std::unique_ptr<Dram> dram_;
  std::vector<OtherMemory> other_memories_;
  std::unique_ptr<CycleProbe> probe_;
  CycleView view_;
};

}  // namespace peeksim::clocked
