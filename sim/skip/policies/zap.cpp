// ZAP (Shomron et al., Thanks for Nothing, ECCV 2020): a pattern of outputs is computed first, and
// a small network of the layer, two depthwise 3x3 convolutions with a ReLU between them, scores
// each of the others from them; those with a score at or below the threshold are not computed.
// Every output is a window of its own.
#include <algorithm>
#include <cmath>

#include "sim/base/bug.h"
#include "sim/base/vectors.h"
#include "sim/config/zap_networks.h"
#include "sim/skip/layer_prediction.h"
#include "sim/skip/policies/predictors.h"
#include "sim/skip/prediction.h"

namespace peeksim {

namespace {

using Flags = std::vector<std::uint8_t>;

// [P,Q]
Flags first_of(const FirstPattern& pattern, int P, int Q) {
  Flags first;
  for (int row = 0; row < P; ++row)
    for (int col = 0; col < Q; ++col)
      first.push_back(static_cast<std::uint8_t>(pattern.computes(row, col)));
  return first;
}

// A layer that the file does not know runs dense.
void take_file(const MachineSpec& machine, const Layer& layer, LayerPrediction& settings) {
  const PredictionSpec& prediction = machine.prediction;
  const char* const key = "prediction.zap_file";
  if (prediction.zap_file.empty())
    throw Error(ErrorKind::config, machine.location("prediction.policy"),
                "policy zap needs prediction.zap_file", "tools/peek_zap.py makes one");
  if (prediction.zap == nullptr) throw bug(prediction.zap_file, "the networks are not open");
  const std::string path = path_in_files(layer);
  const ZapNetwork* const network = prediction.zap->find(path);
  if (network != nullptr) {
    require_relu(machine, key, "a network", layer);
    if (network->channels() != layer.K)
      throw Error(ErrorKind::config, machine.location(key),
                  "has a network of " + std::to_string(network->channels()) +
                      " channels for layer '" + layer.name + "', which has " +
                      std::to_string(layer.K),
                  "tools/peek_zap.py makes one for each network");
  }
  if (!settings.excluded.empty()) return;
  if (network == nullptr) {
    settings.excluded = "not in the networks file";
    return;
  }
  settings.zap = prediction.zap;
  settings.layer = path;
  settings.file = {"zap_sha256", prediction.zap_sha256};
  const Flags first = first_of(*prediction.zap->pattern, layer.P(), layer.Q());
  settings.decisions_per_channel = std::count(first.begin(), first.end(), std::uint8_t{0});
  // The nine products of the second kernel for each decision, and nine of the first one for each
  // output that is computed first: the other inputs are known to be 0.
  if (settings.decisions_per_channel > 0)
    settings.decision_macs = ceil_div(9 * layer.positions(), settings.decisions_per_channel);
}

// sums[i] += values[i] * weight. The products are exact.
PEEKSIM_VECTORS void add_products(const float* values, double weight, int count, double* sums) {
  for (int i = 0; i < count; ++i) sums[i] += static_cast<double>(values[i]) * weight;
}

// Planes [P,Q] with a border of zeros.
class Scores {
 public:
  Scores(int P, int Q) : P_(P), Q_(Q), seen_(size()), hidden_(size()), sums_(Q) {}

  // Of channel k: sets gated[P,Q] to 1 where an output that is not computed first has a score at or
  // below the threshold.
  void gate(const ZapNetwork& network, int k, const float* plane, const Flags& first,
            float threshold, std::uint8_t* gated) {
    for (int row = 0; row < P_; ++row)
      for (int col = 0; col < Q_; ++col)
        seen_[place(row, col)] = first[index(row, col)] != 0 ? plane[index(row, col)] : 0.0f;
    for (int row = 0; row < P_; ++row) {
      convolve(seen_, row, &network.kernel1[std::size_t(k) * 9], network.bias1[k]);
      for (int col = 0; col < Q_; ++col)
        hidden_[place(row, col)] = std::max(0.0f, static_cast<float>(sums_[col]));
    }
    for (int row = 0; row < P_; ++row) {
      convolve(hidden_, row, &network.kernel2[std::size_t(k) * 9], network.bias2[k]);
      for (int col = 0; col < Q_; ++col)
        gated[index(row, col)] = first[index(row, col)] == 0 && sums_[col] <= threshold;
    }
  }

 private:
  std::size_t size() const { return (std::size_t(P_) + 2) * (std::size_t(Q_) + 2); }
  std::size_t index(int row, int col) const { return std::size_t(row) * Q_ + col; }
  // Of an output in a plane with a border.
  std::size_t place(int row, int col) const {
    return (std::size_t(row) + 1) * (std::size_t(Q_) + 2) + col + 1;
  }

  // sums_ of a row: products in the order of the kernel, then the constant.
  void convolve(const std::vector<float>& values, int row, const float* kernel, float constant) {
    std::fill(sums_.begin(), sums_.end(), 0.0);
    for (int tap = 0; tap < 9; ++tap)
      add_products(&values[place(row + tap / 3 - 1, tap % 3 - 1)], kernel[tap], Q_, sums_.data());
    for (double& sum : sums_) sum += constant;
  }

  int P_, Q_;
  std::vector<float> seen_, hidden_;
  std::vector<double> sums_;  // of a row
};

Flags decide(const LayerImage& image, const LayerPrediction& settings, Prediction& result) {
  const int P = result.grid.P, Q = result.grid.Q;
  const ZapNetwork& network = *settings.zap->find(settings.layer);
  const auto first = std::make_shared<Flags>(first_of(*settings.zap->pattern, P, Q));
  result.grid.first = first;
  const std::size_t plane = first->size();
  Flags gated(plane * image.channels);
  Scores scores(P, Q);
  for (int k = 0; k < image.channels; ++k)
    if (!std::isinf(settings.thresholds[k]))
      scores.gate(network, k, &image.ofmap[plane * k], *first, settings.thresholds[k],
                  &gated[plane * k]);
  return gated;
}

std::string fingerprint(const LayerPrediction& settings) {
  return settings.file.sha256 + settings.threshold_bytes();
}

Predictor row() {
  Predictor predictor =
      with_decision_unit("zap",
                         "a pattern of outputs is computed first, and small trained networks, from "
                         "prediction.zap_file, score the others",
                         take_file, decide, fingerprint);
  predictor.reads_thresholds = predictor.scores = true;
  return predictor;
}

}  // namespace

const Predictor zap_predictor = row();

}  // namespace peeksim
