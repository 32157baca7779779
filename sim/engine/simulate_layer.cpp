#include "sim/engine/simulate_layer.h"

#include "sim/engine/self_check.h"
#include "sim/skip/operands/zero_gating.h"

namespace peeksim {

LayerSetup set_up_layer(const MachineSpec& machine, const Layer& layer, bool is_first) {
  return set_up_layer(machine, layer, resolve_prediction(machine, layer, is_first));
}

LayerSetup set_up_layer(const MachineSpec& machine, const Layer& layer,
                        const LayerPrediction& prediction) {
  LayerSetup setup;
  setup.layer = layer;
  setup.prediction = prediction;
  setup.plan = plan_layer(layer, machine, setup.prediction.grid);
  return setup;
}

Counters simulate_layer(Accelerator& accelerator, const MachineSpec& machine,
                        const LayerSetup& setup, const LayerValues& values, EventLog* log) {
  const Layer& layer = setup.layer;
  Prediction computed;
  if (values.prediction == nullptr) computed = predict(setup.prediction, values.ofmap, layer.K);
  const Prediction& prediction = values.prediction != nullptr ? *values.prediction : computed;
  Counters total;
  for (int group = 0; group < layer.groups; ++group) {
    const int first_channel = group * (layer.K / layer.groups);
    const Program program = make_program(setup.plan, prediction, first_channel, machine.array);
    Counters counters = program_counters(program, prediction);
    const std::size_t logged_before = log != nullptr ? log->size() : 0;
    const Counters counted = accelerator.run(program, log);
    if (log != nullptr) place_events(*log, logged_before, group, total.cycles);
    take_measured(counted, counters, layer.name);
    total += counters;
  }
  count_values(layer, prediction, values, total);
  return total;
}

void count_values(const Layer& layer, const Prediction& prediction, const LayerValues& values,
                  Counters& counters) {
  counters.predicted_zero = prediction.predicted_zero;
  counters.correct_zero = prediction.correct_zero;
  counters.false_zero = prediction.false_zero;
  counters.macs_total = layer.macs();
  counters.macs_predicted = prediction.predicted_zero * layer.L();
  counters.macs_zero_gated =
      values.zero_taps.empty() ? 0 : zero_gated_macs(layer, values.zero_taps, prediction);
  counters.macs_executed = counters.macs_total - counters.macs_predicted - counters.macs_zero_gated;
  check_conservation(counters, layer.name.c_str());
}

}  // namespace peeksim
