// The accelerator of the clocked engine: every hardware block, and the wires between them.
#pragma once

#include <memory>
#include <vector>

#include "sim/base/counters.h"
#include "sim/config/machine.h"
#include "sim/engine/clocked/work.h"

namespace peeksim {

namespace clocked {
class Clock;
class Dram;
class IfmapBuffer;
class Loader;
class OfmapBuffer;
class PeArray;
class PredictionUnit;
class Sequencer;
class Storer;
class WeightBuffer;
struct Wires;
}  // namespace clocked

// Like Accelerator, a process makes one of them and runs everything on it.
class ClockedAccelerator {
 public:
  static constexpr int block_count = 8;  // modules that the constructor makes

  // construction_order: a permutation of 0 … block_count-1, or empty for the usual one. It cannot
  // change any result, which tests show by changing it.
  explicit ClockedAccelerator(const MachineSpec& machine,
                              const std::vector<int>& construction_order = {});
  ~ClockedAccelerator();

  // What comes out of a layer's convolution groups besides their counters.
  struct Outcome {
    // To be given: where to note the windows that the prediction unit gates; for predictors with
    // peeks.
    WindowBits* predicted = nullptr;
    std::vector<float>* stored = nullptr;  // to be given, or null: [K,P,Q], where the stores go
    double worst_deviation = 0;            // of the computed outputs from the trace's
  };

  // Runs one convolution group from empty buffers to the completion of its last store, and returns
  // what the blocks counted: all counters but those of the prediction's quality. Throws
  // Error(trace) for a wrong value if the work asks for the check, Error(internal) when a block
  // finds another state than its inputs promise.
  Counters run(const clocked::Work& work, Outcome& outcome);

 private:
  std::unique_ptr<clocked::Wires> wires_;
  std::unique_ptr<clocked::Clock> clock_;
  std::unique_ptr<clocked::OfmapBuffer> ofmap_buffer_;
  std::unique_ptr<clocked::IfmapBuffer> ifmap_buffer_;
  std::unique_ptr<clocked::WeightBuffer> weight_buffer_;
  std::unique_ptr<clocked::Sequencer> sequencer_;
  std::unique_ptr<clocked::PeArray> array_;
  std::unique_ptr<clocked::PredictionUnit> prediction_unit_;
  std::unique_ptr<clocked::Loader> loader_;
  std::unique_ptr<clocked::Storer> storer_;
  std::unique_ptr<clocked::Dram> dram_;
};

}  // namespace peeksim
