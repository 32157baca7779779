// The clocked engine: every cycle, every PE, every operand.
#pragma once

#include "sim/engine/clocked/clocked_accelerator.h"
#include "sim/engine/kernel/kernel_engine.h"

namespace peeksim::clocked {

extern const EngineKind engine_kind;

// Predictions are made from what the array computes, where the values to compute with are known.
// Throws Error(trace) for a wrong value of an image that asks for the check, besides what every
// engine throws.
class ClockedEngine : public KernelEngine {
 public:
  explicit ClockedEngine(const EngineOptions& options) : accelerator_(options) {}

 private:
  Counters simulate_image(const Job& job, int image, Observer& observer) override;

  ClockedAccelerator accelerator_;
};

}  // namespace peeksim::clocked
