// Low-precision look-ahead (Cao et al., SeerNet, CVPR 2019; Lin et al., PredictiveNet, DATE 2017):
// all outputs are estimated at few bits, and those whose estimate is at or below the threshold are
// not computed. Every output is a window of its own.
#include <algorithm>
#include <limits>

#include "sim/base/vectors.h"
#include "sim/config/lookahead.h"
#include "sim/operands/low_precision.h"
#include "sim/operands/patches.h"
#include "sim/skip/layer_prediction.h"
#include "sim/skip/policies/predictors.h"
#include "sim/skip/prediction.h"

namespace peeksim {

namespace {

WindowGrid grid(const Layer& layer, const WindowSpec&, const PeekSpec&) {
  return {layer.P(), layer.Q(), 1, 1, {{0, 0}}};
}

const DecisionRule rule = {
    -std::numeric_limits<float>::infinity(),
    [](float, float estimate, float, const ParameterValues&) { return estimate; },
    [](float held, float threshold, const ParameterValues&) { return held <= threshold; },
};

// sums[i] += value[i] * weight, whole numbers whose sums a double holds.
PEEKSIM_VECTORS void add_products(const float* values, float weight, int count, double* sums) {
  for (int i = 0; i < count; ++i) sums[i] += static_cast<double>(values[i] * weight);
}

// plane: of estimates.
void predict(const WindowGrid& grid, const float* plane, float threshold, const ParameterValues&,
             std::uint8_t* predicted) {
  for (int i = 0; i < grid.count(); ++i) predicted[i] = plane[i] <= threshold;
}

std::vector<std::uint8_t> decide(const LayerImage& image, const LayerPrediction& settings,
                                 Prediction&) {
  const Layer& layer = image.operands->layer;
  const Operands& operands = image.operands->operands;
  const LowPrecision low(layer, operands, settings.value_of(settings.predictor->estimate_bits));
  std::vector<float> ifmap = operands.ifmap;
  for (float& value : ifmap) value = low.activation(value);
  const int channels = layer.K / layer.groups, positions = static_cast<int>(layer.positions());
  const Count taps = layer.L();
  std::vector<std::vector<float>> filters;  // [K][L]
  for (int k = 0; k < layer.K; ++k) {
    filters.push_back(operands.filter(layer, k));
    for (float& weight : filters.back()) weight = low.weight(weight, k);
  }
  std::vector<std::uint8_t> decided(Count{layer.K} * positions);
  double sums[Patches::max_outputs];
  Patches patches(layer, ifmap);
  for (int group = 0; group < layer.groups; ++group)
    for (int first = 0; first < positions; first += Patches::max_outputs) {
      const int count = std::min(Patches::max_outputs, positions - first);
      patches.take(group, first, count);
      for (int k = group * channels; k < (group + 1) * channels; ++k) {
        std::fill_n(sums, count, 0.0);
        for (Count tap = 0; tap < taps; ++tap)
          if (filters[k][tap] != 0) add_products(patches.of_tap(tap), filters[k][tap], count, sums);
        for (int i = 0; i < count; ++i) {
          const Count output = Count{k} * positions + first + i;
          const float added = operands.residual.empty() ? 0 : operands.residual[output];
          const float estimate = operands.finish(low.sum(sums[i], k), k, added);
          decided[output] = estimate <= settings.thresholds[k];
        }
      }
    }
  return decided;
}

void count(const StepOutputs& step, Counters& counters) {
  counters.neighbors += step.outputs;
  counters.comparisons += step.peeks;
  counters.windows += step.windows;
  counters.window_bits_peak = std::max(counters.window_bits_peak, step.windows);
}

std::string fingerprint(const LayerPrediction& settings) {
  return settings.threshold_bytes();
}

Predictor row() {
  Predictor predictor{"lookahead",
                      "all outputs are estimated at few bits; those estimated at or below the "
                      "threshold are not computed",
                      OutputFate::predicted_zero,
                      grid,
                      predict,
                      &rule,
                      count,
                      fingerprint,
                      lookahead_parameters};
  predictor.decide = decide;
  predictor.reads_operands = true;
  predictor.estimate_bits = &lookahead_bits;
  predictor.estimate_ratio = &lookahead_ratio;
  return predictor;
}

}  // namespace

const Predictor lookahead_predictor = row();

}  // namespace peeksim
