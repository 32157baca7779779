#include "sim/run/required_values.h"

#include "sim/base/error.h"

namespace peeksim {

void require_values(const TraceInfo& info, const MachineSpec& machine,
                    const std::vector<LayerPrediction>& layers) {
  if (info.has_values) return;
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (layers[i].predicts())
      throw Error(ErrorKind::machine, machine.location("prediction.policy"),
                  "layer '" + info.layers[i].layer.name + "': policy '" +
                      layers[i].predictor->name + "' predicts from values, and " + info.path +
                      " is a workload, which has none",
                  "give a trace (tools/extract_trace.py, 'peeksim trace synth'), or set "
                  "prediction.policy=none, for every layer, for a dense study");
}

}  // namespace peeksim
