// One layer, one image, on one machine: prediction, program, simulation, counters.
#pragma once

#include <vector>

#include "sim/base/counters.h"
#include "sim/engine/clocked/operands.h"
#include "sim/engine/event/accelerator.h"
#include "sim/engine/event_log.h"
#include "sim/schedule/plan.h"
#include "sim/skip/prediction.h"
#include "sim/workload/layer.h"

namespace peeksim {

// What one image brings to a layer.
struct LayerValues {
  std::vector<float> ofmap;         // [K,P,Q], the values that enter the activation
  std::vector<int> zero_taps;       // [groups,P,Q] (schedule/zero_gating.h); empty: none is gated
  clocked::Operands operands = {};  // what the clocked engine computes with
  int image = 0;                    // for messages
  bool check = false;               // a computed value that is not the trace's is an error
  const Prediction* prediction = nullptr;  // what the ofmap predicts; null: to be computed
};

// All that is the same for every image of a layer.
struct LayerSetup {
  Layer layer;
  LayerPrediction prediction;
  Plan plan;
};

// Throws Error(config) or Error(machine) when the machine cannot run the layer.
LayerSetup set_up_layer(const MachineSpec& machine, const Layer& layer,
                        const LayerPrediction& prediction);
// The same for a layer alone.
LayerSetup set_up_layer(const MachineSpec& machine, const Layer& layer, bool is_first);

// Simulates the layer, one convolution group after another, and returns its counters. They are
// checked: MACs, cycles and bytes add up, and the hardware blocks did what the program says.
// Appends what happened to `log` unless it is null, cycles counted from the start of the layer.
Counters simulate_layer(Accelerator& accelerator, const MachineSpec& machine,
                        const LayerSetup& setup, const LayerValues& values,
                        EventLog* log = nullptr);

// Fills in what depends on values and not on time: gated MACs and the quality of prediction.
void count_values(const Layer& layer, const Prediction& prediction, const LayerValues& values,
                  Counters& counters);

}  // namespace peeksim
