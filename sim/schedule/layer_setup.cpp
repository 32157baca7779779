#include "sim/schedule/layer_setup.h"

#include "sim/base/error.h"
#include "sim/config/machine_checks.h"
#include "sim/schedule/dispatch.h"

namespace peeksim {

void require_fitting_dispatch(const MachineSpec& machine, const LayerPrediction& prediction) {
  const Dispatch& dispatch = find_dispatch(machine.array.dispatch);
  if (!prediction.predictor->from_masks || dispatch.fill == nullptr) return;
  throw Error(ErrorKind::config, machine.location("array.dispatch"),
              std::string(dispatch.name) +
                  " fills the last tile of the first pass with outputs that "
                  "are decided before it starts, and of policy '" +
                  prediction.predictor->name + "' it is not known how far it looks",
              "use balanced");
}

LayerSetup set_up_layer(const MachineSpec& machine, const Layer& layer, bool is_first) {
  return set_up_layer(machine, layer, resolve_prediction(machine, layer, is_first));
}

LayerSetup set_up_layer(const MachineSpec& machine, const Layer& layer,
                        const LayerPrediction& prediction) {
  require_consistent(machine);
  require_fitting_dispatch(machine, prediction);
  LayerSetup setup;
  setup.layer = layer;
  setup.prediction = prediction;
  setup.plan = plan_layer(layer, machine, setup.prediction.grid);
  return setup;
}

}  // namespace peeksim
