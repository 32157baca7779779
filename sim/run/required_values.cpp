#include "sim/run/required_values.h"

#include "sim/base/error.h"
#include "sim/run/read_operands.h"

namespace peeksim {

namespace {

void require_operands(const TraceInfo& info, const MachineSpec& machine,
                      const std::vector<LayerPrediction>& layers) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (!layers[i].predictor->reads_operands) continue;
    const std::string missing = why_not_computable(info.layers[i]);
    if (missing.empty()) continue;
    throw Error(ErrorKind::machine, machine.location("prediction.policy"),
                "layer '" + info.layers[i].layer.name + "': policy '" + layers[i].predictor->name +
                    "' decides from weights and activations, and of " + info.path + " " + missing,
                "record it with tools/extract_trace.py --with-weights, and without --no-ifmap");
  }
}

}  // namespace

void require_values(const TraceInfo& info, const MachineSpec& machine,
                    const std::vector<LayerPrediction>& layers) {
  if (info.has_values) return require_operands(info, machine, layers);
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
