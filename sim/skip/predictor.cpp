#include "sim/skip/predictor.h"

#include <algorithm>

#include "sim/base/lookup.h"
#include "sim/skip/policies/predictors.h"

namespace peeksim {

WindowGrid single_outputs(const Layer& layer, const WindowSpec&, const PeekSpec&) {
  return {layer.P(), layer.Q(), 1, 1, {}};
}

Predictor with_decision_unit(const char* name, const char* meaning,
                             decltype(Predictor::take_file) take_file,
                             decltype(Predictor::decide) decide,
                             decltype(Predictor::fingerprint) fingerprint) {
  Predictor predictor{name,           meaning,    OutputFate::predicted_zero,
                      single_outputs, nullptr,    nullptr,
                      count_peeks,    fingerprint};
  predictor.take_file = take_file;
  predictor.decide = decide;
  predictor.has_decision_unit = true;
  return predictor;
}

void count_peeks(const StepOutputs& step, Counters& counters) {
  counters.peeks += step.peeks;
  counters.neighbors += step.outputs - step.peeks;
  counters.comparisons += step.peeks;
  counters.windows += step.windows;
  counters.window_bits_peak = std::max(counters.window_bits_peak, step.windows);
}

const std::vector<Predictor>& predictors() {
  static const std::vector<Predictor> table = {
      none_predictor, peek_predictor,      oracle_predictor, mask_predictor,
      zap_predictor,  lookahead_predictor, snapea_predictor, perforate_predictor};
  return table;
}

const Predictor& find_predictor(const std::string& name) {
  return require_row(predictors(), name, "predictor", ErrorKind::config, "prediction.policy");
}

}  // namespace peeksim
