#include "sim/engine/value_counters.h"

#include "sim/skip/operands/zero_gating.h"

namespace peeksim {

void count_values(const Layer& layer, const Prediction& prediction, const LayerValues& values,
                  Counters& counters) {
  counters.predicted_zero = prediction.predicted_zero;
  counters.correct_zero = prediction.correct_zero;
  counters.false_zero = prediction.false_zero;
  counters.macs_total = layer.macs();
  const bool cut = prediction.fate == OutputFate::cut_short;
  counters.cut_short = cut ? prediction.predicted_zero : 0;
  counters.macs_predicted = cut ? counters.macs_total - prediction.taps_taken
                                : (prediction.predicted_zero + counters.interpolated) * layer.L();
  counters.macs_zero_gated = values.zero_taps.empty() ? 0
                             : cut                    ? prediction.zeros_taken
                                   : zero_gated_macs(layer, values.zero_taps, prediction);
  counters.macs_executed = counters.macs_total - counters.macs_predicted - counters.macs_zero_gated;
  check_conservation(counters, layer.name.c_str());
}

}  // namespace peeksim
