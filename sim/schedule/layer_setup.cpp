#include "sim/schedule/layer_setup.h"

#include "sim/base/error.h"
#include "sim/config/machine_checks.h"
#include "sim/schedule/dispatch.h"

namespace peeksim {

void require_fitting_array(const MachineSpec& machine, const LayerPrediction& prediction) {
  const Predictor& predictor = *prediction.predictor;
  const auto refuse = [&](const char* key, const std::string& why, const char* remedy) {
    throw Error(ErrorKind::config, machine.location(key), why, remedy);
  };
  const std::string policy = std::string("policy '") + predictor.name + "'";
  const Dispatch& dispatch = find_dispatch(machine.array.dispatch);
  if (dispatch.fill != nullptr && predictor.has_decision_unit)
    refuse("array.dispatch",
           std::string(dispatch.name) +
               " fills the last tile of the first pass with outputs that are decided before it "
               "starts, and " +
               (predictor.scores ? policy + " looks further than at a window"
                                 : "of " + policy + " it is not known how far it looks"),
           "use balanced");
  if (dispatch.fill != nullptr && predictor.estimate_ratio != nullptr)
    refuse("array.dispatch",
           std::string(dispatch.name) +
               " fills the last tile of the first pass with other outputs, and that of " + policy +
               " is computed at few bits",
           "use balanced");
  if (!predictor.orders_taps()) return;
  if (machine.array.skip_zero_activations)
    refuse("array.skip_zero_activations",
           "with " + policy +
               " every column is at a tap of its own, so that no tap is zero for a "
               "whole tile",
           "set it to false; gate_zero_activations still saves their energy");
  if (machine.buffers.ifmap_banks > 0)
    refuse("buffers.ifmap_banks",
           "with " + policy +
               " every column is at a tap of its own, so that no tap's elements lie "
               "in known banks",
           "set it to 0, one ideal port");
}

LayerSetup set_up_layer(const MachineSpec& machine, const Layer& layer, bool is_first) {
  return set_up_layer(machine, layer, resolve_prediction(machine, layer, is_first));
}

LayerSetup set_up_layer(const MachineSpec& machine, const Layer& layer,
                        const LayerPrediction& prediction) {
  require_consistent(machine);
  require_fitting_array(machine, prediction);
  LayerSetup setup;
  setup.layer = layer;
  setup.prediction = prediction;
  setup.plan = plan_layer(layer, machine, setup.prediction.grid);
  return setup;
}

}  // namespace peeksim
