#include "sim/schedule/layer_setup.h"

#include "sim/config/machine_checks.h"

namespace peeksim {

LayerSetup set_up_layer(const MachineSpec& machine, const Layer& layer, bool is_first) {
  return set_up_layer(machine, layer, resolve_prediction(machine, layer, is_first));
}

LayerSetup set_up_layer(const MachineSpec& machine, const Layer& layer,
                        const LayerPrediction& prediction) {
  require_consistent(machine);
  LayerSetup setup;
  setup.layer = layer;
  setup.prediction = prediction;
  setup.plan = plan_layer(layer, machine, setup.prediction.grid);
  return setup;
}

}  // namespace peeksim
