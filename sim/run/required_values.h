// Which runs need which values: a workload in the place of a trace has only shapes, and not every
// trace has weights and activations.
#pragma once

#include <vector>

#include "sim/config/machine.h"
#include "sim/skip/layer_prediction.h"
#include "sim/trace/trace.h"

namespace peeksim {

// Throws Error(machine), naming the first layer that the machine predicts, when the trace is a
// workload, or whose predictor needs operands that the trace does not have. layers: the machine's
// settings of each layer.
void require_values(const TraceInfo& info, const MachineSpec& machine,
                    const std::vector<LayerPrediction>& layers);

}  // namespace peeksim
