// The clocked engine: every cycle, every PE, every operand.
#pragma once

#include "sim/engine/clocked/clocked_accelerator.h"
#include "sim/engine/engine.h"

namespace peeksim {

// What a clocked simulation finds besides the counters.
struct ClockedFindings {
  std::vector<float> stored;   // [K,P,Q]: the ofmap as it was stored to DRAM, gated outputs 0
  double worst_deviation = 0;  // of the computed outputs from the trace's
};

// Simulates a layer on the clocked machine. Predictions are made from what the array computes,
// where the values to compute with are known. Throws as ClockedAccelerator::run.
Counters simulate_clocked_layer(ClockedAccelerator& accelerator, const LayerSetup& setup,
                                const LayerValues& values, EventLog* log = nullptr,
                                ClockedFindings* findings = nullptr,
                                clocked::Waveform* waveform = nullptr);

class ClockedEngine : public Engine {
 public:
  ClockedEngine(const MachineSpec& machine, const Accelerator::Options& options)
      : accelerator_(machine, options.construction_order) {}

  Counters simulate(const LayerSetup& setup, const LayerValues& values, EventLog* log = nullptr,
                    clocked::Waveform* waveform = nullptr) override {
    return simulate_clocked_layer(accelerator_, setup, values, log, nullptr, waveform);
  }

 private:
  ClockedAccelerator accelerator_;
};

}  // namespace peeksim
