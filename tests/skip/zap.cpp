// Policy zap: its scores by hand and against a straightforward implementation.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/base/error.h"
#include "sim/skip/prediction.h"
#include "tests/support/error_message.h"
#include "tests/support/plane.h"
#include "tests/support/random.h"
#include "tests/support/zap_in_memory.h"

using namespace peeksim;

namespace {

const std::vector<float> center = {0, 0, 0, 0, 1, 0, 0, 0, 0}, ones(9, 1.0f);

LayerPrediction settings_of(const std::string& pattern, const Layer& layer,
                            const ZapNetwork& network, double threshold = 0) {
  MachineSpec machine;
  use_zap(machine, networks_of(pattern, layer, network));
  machine.prediction.threshold = threshold;
  return resolve_prediction(machine, layer, false);
}

// Which outputs are gated, [K,P,Q].
std::vector<int> gated(const LayerPrediction& settings, const Layer& layer,
                       const std::vector<float>& ofmap) {
  const Prediction made = predict(settings, ofmap, layer.K, 0);
  std::vector<int> all;
  for (int k = 0; k < layer.K; ++k)
    for (int row = 0; row < layer.P(); ++row)
      for (int col = 0; col < layer.Q(); ++col)
        all.push_back(made.fate_of(k, row, col) == OutputFate::predicted_zero);
  return all;
}

// docs/machine.md for one output of a plane [P,Q] of channel k, tap by tap.
double naive_score(const ZapNetwork& network, const FirstPattern& pattern, const Layer& layer,
                   const float* plane, int k, int p, int q) {
  const auto inside = [&](int row, int col) {
    return row >= 0 && row < layer.P() && col >= 0 && col < layer.Q();
  };
  const auto seen = [&](int row, int col) -> double {
    if (!inside(row, col) || !pattern.computes(row, col)) return 0;
    return plane[row * layer.Q() + col];
  };
  const auto hidden = [&](int row, int col) -> double {
    if (!inside(row, col)) return 0;
    double sum = 0;
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j)
        sum += double(network.kernel1[(k * 3 + i) * 3 + j]) * seen(row + i - 1, col + j - 1);
    return std::max(0.0f, static_cast<float>(sum + double(network.bias1[k])));
  };
  double sum = 0;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      sum += double(network.kernel2[(k * 3 + i) * 3 + j]) * hidden(p + i - 1, q + j - 1);
  return sum + double(network.bias2[k]);
}

}  // namespace

TEST_CASE("an output is gated at a score of the threshold, and not one step above it") {
  // Ones around it: an output that is not computed first scores the sum of the values beside it.
  const Layer layer = plane(1, 4);
  const ZapNetwork network = uniform_network(1, ones, 0, center, 0.5f);
  const std::vector<float> values = {1, 9, 2, 9};  // scores: -, 3.5, -, 2.5
  const auto at = [&](double threshold) {
    return gated(settings_of("checkerboard", layer, network, threshold), layer, values);
  };
  CHECK(at(2.5) == std::vector<int>{0, 0, 0, 1});
  CHECK(at(std::nextafter(2.5f, 0.0f)) == std::vector<int>{0, 0, 0, 0});
  CHECK(at(3.5) == std::vector<int>{0, 1, 0, 1});
  CHECK(at(-std::numeric_limits<double>::infinity()) == std::vector<int>{0, 0, 0, 0});
}

TEST_CASE("what is not computed first is not looked at, and beyond the plane is nothing") {
  const Layer layer = plane(3, 3);
  // What the middle of an edge scores: the three corners' worth of values around it and the center.
  const ZapNetwork network = uniform_network(1, ones, 0, center, 0);
  std::vector<float> values = {1, 100, 2, 100, 4, 100, 8, 100, 16};
  const auto at = [&](double threshold) {
    return gated(settings_of("checkerboard", layer, network, threshold), layer, values);
  };
  // Top: 1 + 2 + 4; left: 1 + 8 + 4; right: 2 + 16 + 4; bottom: 8 + 16 + 4.
  CHECK(at(7) == std::vector<int>{0, 1, 0, 0, 0, 0, 0, 0, 0});
  CHECK(at(13) == std::vector<int>{0, 1, 0, 1, 0, 0, 0, 0, 0});
  CHECK(at(27.9) == std::vector<int>{0, 1, 0, 1, 0, 1, 0, 0, 0});
  CHECK(at(28) == std::vector<int>{0, 1, 0, 1, 0, 1, 0, 1, 0});
}

TEST_CASE("between the kernels negative sums are 0, and others are rounded to single precision") {
  const Layer layer = plane(1, 2);
  // hidden = max(0, value - 3) at both; the score is twice that.
  const std::vector<float> row = {0, 0, 0, 1, 1, 0, 0, 0, 0};
  const ZapNetwork network = uniform_network(1, row, -3, row, 0);
  CHECK(gated(settings_of("checkerboard", layer, network, 0), layer, {1, 9}) ==
        std::vector<int>{0, 1});
  CHECK(gated(settings_of("checkerboard", layer, network, 3.9), layer, {5, 9}) ==
        std::vector<int>{0, 0});
  CHECK(gated(settings_of("checkerboard", layer, network, 4), layer, {5, 9}) ==
        std::vector<int>{0, 1});
  // 1 + 2^-30 is 1 in single precision: less 1, nothing is left of it.
  const float little = std::ldexp(1.0f, -30);
  const ZapNetwork rounding = uniform_network(1, {0, 0, 0, little, 0, 0, 0, 0, 0}, 1, center, -1);
  CHECK(gated(settings_of("checkerboard", layer, rounding, 0), layer, {1, 9}) ==
        std::vector<int>{0, 1});
}

TEST_CASE("patterns compute a half, a third and a quarter first, and a decision takes their MACs") {
  const auto settings = [](const std::string& pattern, int P, int Q) {
    return settings_of(pattern, plane(P, Q), uniform_network(1, ones, 0, ones, 0));
  };
  const auto macs = [&](const std::string& pattern, int P, int Q) {
    return settings(pattern, P, Q).decision_macs;
  };
  CHECK(settings("checkerboard", 12, 12).decisions_per_channel == 72);
  CHECK(settings("thirds", 12, 12).decisions_per_channel == 96);
  CHECK(settings("quarter", 12, 12).decisions_per_channel == 108);
  CHECK(macs("checkerboard", 12, 12) == 18);
  CHECK(macs("thirds", 12, 12) == 14);  // 13.5
  CHECK(macs("quarter", 12, 12) == 12);
  CHECK(macs("checkerboard", 3, 3) == 21);  // 81 over 4
  CHECK(macs("checkerboard", 1, 1) == 0);
  CHECK(settings("quarter", 1, 1).decisions_per_channel == 0);
}

TEST_CASE("scores are those of the definition, channel by channel") {
  Count found = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Layer layer = plane(random.between(1, 9), random.between(1, 9));
    layer.K = random.between(1, 4);
    ZapNetwork network = random_network(random, layer.K);
    if (random.one_in(2))  // sums that single precision does not hold
      for (float& weight : network.kernel1) weight /= 3;
    const FirstPattern& pattern = first_patterns()[random.between(0, 2)];
    const std::vector<float> values = random.values(layer.outputs());
    const double threshold = random.values(1)[0];
    const std::vector<int> made =
        gated(settings_of(pattern.name, layer, network, threshold), layer, values);
    std::vector<int> wanted;
    for (int k = 0; k < layer.K; ++k)
      for (int p = 0; p < layer.P(); ++p)
        for (int q = 0; q < layer.Q(); ++q)
          wanted.push_back(!pattern.computes(p, q) &&
                           naive_score(network, pattern, layer, &values[k * layer.positions()], k,
                                       p, q) <= static_cast<float>(threshold));
    CHECK(made == wanted);
    found += std::count(made.begin(), made.end(), 1);
  }
  CHECK(found > 500);
}

TEST_CASE("a layer without a network runs dense, and one that cannot have its network is refused") {
  Layer layer = plane(4, 4);
  layer.K = 2;
  MachineSpec machine;
  use_zap(machine, networks_of("thirds", layer, uniform_network(2, ones, 0, ones, 0)));
  CHECK(resolve_prediction(machine, layer, false).decides());
  Layer other = layer;
  other.name = "other";
  const LayerPrediction dense = resolve_prediction(machine, other, false);
  CHECK(dense.excluded == "not in the networks file");
  CHECK_FALSE(dense.predicts());
  const auto error = [&](const Layer& wrong) {
    return message_of(ErrorKind::config, [&] { resolve_prediction(machine, wrong, false); });
  };
  Layer wrong = layer;
  wrong.K = 3;
  CHECK(contains(error(wrong), "of 2 channels for layer"));
  wrong = layer;
  wrong.activation = Activation::none;
  CHECK(contains(error(wrong), "which no ReLU follows"));
  machine.prediction.zap_file = "";
  CHECK(contains(error(layer), "needs prediction.zap_file"));
}

TEST_CASE("values that have passed the ReLU are refused, and a score needs no negative threshold") {
  const Layer layer = plane(2, 2);
  const LayerPrediction settings =
      settings_of("checkerboard", layer, uniform_network(1, ones, 0, ones, 0));
  CHECK_FALSE(settings.has_negative_threshold());
  CHECK_NOTHROW(require_unrectified(settings, "a", {1, -1, 0, 2}, "t.h5"));
  const std::string error = message_of(ErrorKind::trace, [&] {
    require_unrectified(settings, "a", {1, 0, 0, 2}, "t.h5");
  });
  CHECK(contains(error, "is scored by policy 'zap'"));
}

TEST_CASE("predictions are cached by file and thresholds") {
  const Layer layer = plane(2, 2);
  MachineSpec machine;
  use_zap(machine, networks_of("thirds", layer, uniform_network(1, ones, 0, ones, 0)));
  machine.prediction.zap_sha256 = "a";
  const auto fingerprint = [&] { return resolve_prediction(machine, layer, false).fingerprint(); };
  const std::string one = fingerprint();
  CHECK(fingerprint() == one);
  machine.prediction.threshold = 1;
  CHECK(fingerprint() != one);
  machine.prediction.threshold = 0;
  machine.prediction.zap_sha256 = "b";
  CHECK(fingerprint() != one);
}
