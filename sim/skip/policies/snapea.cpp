// SnaPEA (Akhlaghi et al., ISCA 2018): the taps of an output are taken in an order in which it is
// clear early whether it will be zero, and no more of them than that. Every output is a window of
// its own.
#include <algorithm>

#include "sim/base/vectors.h"
#include "sim/operands/patches.h"
#include "sim/operands/tap_order.h"
#include "sim/skip/layer_prediction.h"
#include "sim/skip/policies/predictors.h"
#include "sim/skip/prediction.h"

namespace peeksim {

namespace {

const Parameter snapea_parameters[] = {
    {"prediction.speculated_percent", Parameter::Type::integer, "%", 0, 100, 0,
     "Taps, of every output, after which it is guessed whether it will be zero; 0: only what is "
     "certain is cut short"},
    {"prediction.retire_alone", Parameter::Type::integer, "", 0, 1, 0,
     "1: a PE that is done takes another output at once, and saves time; 0: it waits for its tile, "
     "and saves energy alone"}};

// Neighboring outputs of a channel while they take their taps.
struct Outputs {
  int count = 0;
  double sums[Patches::max_outputs];
  std::int32_t open[Patches::max_outputs];   // 1 until it is cut short
  std::int32_t taken[Patches::max_outputs];  // taps
  std::int32_t zeros[Patches::max_outputs];  // of those, with an activation of 0
};

PEEKSIM_VECTORS void take_tap(const float* activations, float weight, Outputs& outputs) {
  for (int i = 0; i < outputs.count; ++i) {
    outputs.sums[i] += static_cast<double>(activations[i]) * static_cast<double>(weight);
    outputs.taken[i] += outputs.open[i];
    outputs.zeros[i] += std::int32_t{activations[i] == 0.0f} & outputs.open[i];
  }
}

// Cuts short what is at or below 0; returns how many are open.
PEEKSIM_VECTORS int cut_float(double bias, const float* added, Outputs& outputs) {
  int open = 0;
  for (int i = 0; i < outputs.count; ++i) {
    const float so_far =
        static_cast<float>((outputs.sums[i] + bias) + static_cast<double>(added[i]));
    outputs.open[i] &= std::int32_t{so_far > 0.0f};
    open += outputs.open[i];
  }
  return open;
}

class CutLayer {
 public:
  CutLayer(const LayerOperands& in, const LayerPrediction& settings)
      : layer_(in.layer), operands_(in.operands), settings_(settings) {}

  std::vector<std::uint8_t> cut(Prediction& result) {
    const int channels = layer_.K / layer_.groups;
    const int positions = static_cast<int>(layer_.positions());
    const int percent = settings_.value_of(settings_.predictor->speculated_percent);
    const std::vector<TapOrder> orders = tap_orders(layer_, operands_, percent);
    std::vector<std::uint8_t> decided(Count{layer_.K} * positions);
    result.taps.resize(decided.size());
    Patches patches(layer_, operands_.ifmap);
    for (int group = 0; group < layer_.groups; ++group)
      for (int first = 0; first < positions; first += Patches::max_outputs) {
        outputs_.count = std::min(Patches::max_outputs, positions - first);
        patches.take(group, first, outputs_.count);
        for (int k = group * channels; k < (group + 1) * channels; ++k) {
          const Count output = Count{k} * positions + first;
          take_taps(orders[k], k, output, patches);
          for (int i = 0; i < outputs_.count; ++i) {
            decided[output + i] = outputs_.open[i] == 0;
            result.taps[output + i] = outputs_.taken[i];
            result.taps_taken += outputs_.taken[i];
            result.zeros_taken += outputs_.zeros[i];
          }
        }
      }
    return decided;
  }

 private:
  void take_taps(const TapOrder& order, int k, Count output, const Patches& patches) {
    const int taps = static_cast<int>(order.taps.size());
    std::fill_n(outputs_.sums, outputs_.count, 0.0);
    std::fill_n(outputs_.open, outputs_.count, 1);
    std::fill_n(outputs_.taken, outputs_.count, 0);
    std::fill_n(outputs_.zeros, outputs_.count, 0);
    for (int i = 0; i < outputs_.count; ++i)
      added_[i] = operands_.residual.empty() ? 0.0f : operands_.residual[output + i];
    int open = outputs_.count;
    for (int n = 1; n <= taps && open > 0; ++n) {
      take_tap(patches.of_tap(order.taps[n - 1]), order.weights[n - 1], outputs_);
      if (n == taps) break;
      if (n == order.speculated) open = cut_at(settings_.thresholds[k], k);
      if (n < order.first_cut()) continue;
      open = operands_.integer
                 ? cut_at(0.0f, k)
                 : cut_float(operands_.bias.empty() ? 0.0 : operands_.bias[k], added_, outputs_);
    }
  }

  int cut_at(float threshold, int k) {
    int open = 0;
    for (int i = 0; i < outputs_.count; ++i) {
      outputs_.open[i] &= operands_.finish(outputs_.sums[i], k, added_[i]) > threshold;
      open += outputs_.open[i];
    }
    return open;
  }

  const Layer& layer_;
  const Operands& operands_;
  const LayerPrediction& settings_;
  Outputs outputs_;
  float added_[Patches::max_outputs];  // residuals
};

// A sum can be relied on to fall only where no activation is negative.
std::vector<std::uint8_t> decide(const LayerImage& image, const LayerPrediction& settings,
                                 Prediction& result) {
  if (!may_cut_short(image.operands->operands)) {
    result.predicts = false;
    result.fate = OutputFate::computed;
    return {};
  }
  result.guesses = settings.value_of(settings.predictor->speculated_percent) > 0;
  result.retires_alone = settings.value_of(settings.predictor->retire_alone) != 0;
  return CutLayer(*image.operands, settings).cut(result);
}

void count(const StepOutputs& step, Counters& counters) {
  counters.comparisons += step.peeks;
}

std::string fingerprint(const LayerPrediction& settings) {
  return settings.threshold_bytes();
}

Predictor row() {
  Predictor predictor{"snapea",
                      "outputs are cut short as soon as they are known, or guessed, to be zero",
                      OutputFate::cut_short,
                      single_outputs,
                      nullptr,
                      nullptr,
                      count,
                      fingerprint,
                      snapea_parameters};
  predictor.decide = decide;
  predictor.reads_operands = true;
  predictor.reads_thresholds = true;
  predictor.speculated_percent = &snapea_parameters[0];
  predictor.retire_alone = &snapea_parameters[1];
  return predictor;
}

}  // namespace

const Predictor snapea_predictor = row();

}  // namespace peeksim
