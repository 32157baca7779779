// A layer prepared for a machine, the same for every image: its shape, its predictor, and the
// static program.
#pragma once

#include "sim/config/machine.h"
#include "sim/schedule/plan.h"
#include "sim/skip/layer_prediction.h"
#include "sim/workload/layer.h"

namespace peeksim {

struct LayerSetup {
  Layer layer;
  LayerPrediction prediction;
  Plan plan;
};

// Throws Error(config) when the machine's array cannot do what the layer's predictor needs: the
// combinations that docs/machine.md calls errors.
void require_fitting_array(const MachineSpec& machine, const LayerPrediction& prediction);

// Throws Error(config) or Error(machine) when the machine cannot run the layer.
LayerSetup set_up_layer(const MachineSpec& machine, const Layer& layer,
                        const LayerPrediction& prediction);
// The same for a layer alone.
LayerSetup set_up_layer(const MachineSpec& machine, const Layer& layer, bool is_first);

}  // namespace peeksim
