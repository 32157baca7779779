// Predictions that are made from weights and activations: those of the look-ahead and of SnaPEA,
// against slow loops.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "sim/skip/prediction.h"
#include "tests/support/error_message.h"
#include "tests/support/random.h"
#include "tests/support/reference_conv.h"
#include "tests/support/reference_taps.h"

using namespace peeksim;

namespace {

Layer random_layer(Random& random) {
  for (;;) {
    Layer layer;
    layer.name = "a";
    layer.groups = random.one_of<int>({1, 1, 2, 3});
    layer.C = layer.groups * random.between(1, 3), layer.K = layer.groups * random.between(1, 3);
    layer.H = random.between(1, 20), layer.W = random.between(1, 20);
    layer.R = random.between(1, 3), layer.S = random.between(1, 3);
    layer.stride_h = random.between(1, 2), layer.dilation_w = random.between(1, 2);
    layer.pad_top = random.between(0, 2), layer.pad_left = random.between(0, 1);
    layer.pad_bottom = random.between(0, 1), layer.pad_right = random.between(0, 2);
    layer.residual = random.one_in(3);
    if (shape_error(layer).empty()) return layer;
  }
}

std::vector<float> whole(Random& random, std::size_t count, int least, int most) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.between(least, most));
  return values;
}

// A layer with its operands, and the values that they give.
struct Computed {
  Layer layer;
  std::vector<float> weight;  // [K,L]
  Operands operands;
  std::vector<float> ofmap;

  void finish() {
    operands.weight = weights_by_tap(layer, weight);
    const std::vector<double> sums = reference_conv(layer, operands.ifmap, weight);
    ofmap.clear();
    for (std::size_t i = 0; i < sums.size(); ++i)
      ofmap.push_back(operands.finish(sums[i], static_cast<int>(i / layer.positions()),
                                      operands.residual.empty() ? 0 : operands.residual[i]));
  }
  std::size_t activations() const { return std::size_t(layer.C) * layer.H * layer.W; }
};

// Activations are not negative.
Computed random_operands(Random& random) {
  Computed c;
  c.layer = random_layer(random);
  c.weight = random.values(c.layer.K * c.layer.L());
  c.operands.ifmap = whole(random, c.activations(), -2, 4);
  for (float& value : c.operands.ifmap) value = std::max(value, 0.0f);
  if (random.one_in(2)) {
    const std::vector<float> bias = random.values(c.layer.K);
    c.operands.bias.assign(bias.begin(), bias.end());
  }
  if (c.layer.residual) c.operands.residual = random.values(c.layer.outputs());
  c.finish();
  return c;
}

MachineSpec with_policy(const std::string& policy) {
  MachineSpec machine;
  machine.name = "m";
  machine.prediction.policy = policy;
  return machine;
}

Prediction run(const MachineSpec& machine, const Computed& c) {
  const LayerOperands operands{c.layer, c.operands};
  return predict(resolve_prediction(machine, c.layer, false), c.ofmap, c.layer.K, 0, &operands);
}

bool gated(const Prediction& prediction, const Layer& layer, std::size_t output) {
  const auto positions = static_cast<std::size_t>(layer.positions());
  return prediction.predicted.test(static_cast<int>(output % positions),
                                   static_cast<int>(output / positions));
}

}  // namespace

TEST_CASE("a look-ahead that rounds nothing gates what the oracle gates") {
  Count gated_in_all = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Computed c;
    c.layer = random_layer(random);
    // 8 bits: steps of 1, with or without negative activations.
    const bool negative = random.one_in(2);
    c.operands.ifmap = whole(random, c.activations(), negative ? -127 : 0, negative ? 127 : 255);
    c.operands.ifmap[0] = negative ? -127 : 255;
    c.weight = whole(random, c.layer.K * c.layer.L(), -127, 127);
    for (int k = 0; k < c.layer.K; ++k) c.weight[k * c.layer.L()] = random.one_in(2) ? 127 : -127;
    const std::vector<float> bias = whole(random, c.layer.K, -3000, 3000);
    c.operands.bias.assign(bias.begin(), bias.end());
    if (c.layer.residual) c.operands.residual = whole(random, c.layer.outputs(), -900, 900);
    c.finish();

    MachineSpec machine = with_policy("lookahead");
    machine.parameters.by_key["prediction.lookahead_bits"] = 8;
    const Prediction prediction = run(machine, c);
    const Prediction oracle = run(with_policy("oracle"), c);
    CHECK(prediction.predicted.words() == oracle.predicted.words());
    CHECK(prediction.predicted_zero == oracle.predicted_zero);
    CHECK(prediction.false_zero == 0);
    CHECK(prediction.taps.empty());
    gated_in_all += prediction.predicted_zero;

    machine.prediction.threshold = 500;
    const Prediction daring = run(machine, c);
    for (std::size_t i = 0; i < c.ofmap.size(); ++i)
      REQUIRE(gated(daring, c.layer, i) == (c.ofmap[i] <= 500));
  }
  CHECK(gated_in_all > 1000);
}

TEST_CASE("a look-ahead at few bits gates outputs whose estimate is at or below the threshold") {
  // Activations of steps of 5 (2 bits, none negative), weights of steps of 4: 15, 4 and 9, 2 become
  // 3, 1 and 2, 0.
  Computed c;
  c.layer.name = "a";
  c.layer.C = 2, c.layer.W = 2;
  c.operands.ifmap = {15, 4, 9, 2};
  c.weight = {4, -4};
  c.finish();
  CHECK(c.ofmap == std::vector<float>{24, 8});
  MachineSpec machine = with_policy("lookahead");
  machine.parameters.by_key["prediction.lookahead_bits"] = 2;
  // (3 - 2) * 20 and (1 - 0) * 20.
  const auto gates = [&](double threshold) {
    machine.prediction.threshold = threshold;
    return run(machine, c).predicted_zero;
  };
  CHECK(gates(19.9) == 0);
  CHECK(gates(20) == 2);
  c.operands.bias = {-20};
  c.operands.residual = {0, 0.5f};
  CHECK(gates(0) == 1);
  CHECK(gates(0.5) == 2);
}

TEST_CASE("thresholds of a look-ahead are those of the channels") {
  Computed c;
  c.layer.name = "a";
  c.layer.K = 3;
  c.operands.ifmap = {1};
  c.weight = {1, 1, -1};
  c.finish();
  MachineSpec machine = with_policy("lookahead");
  machine.prediction.channel_thresholds["a"] = {2, 0, never_predicted};
  const Prediction prediction = run(machine, c);
  CHECK(gated(prediction, c.layer, 0));
  CHECK_FALSE(gated(prediction, c.layer, 1));
  CHECK_FALSE(gated(prediction, c.layer, 2));
  CHECK(prediction.false_zero == 1);
}

TEST_CASE("taps that are taken, and outputs that are cut short, are those of a slow loop") {
  Count cut_in_all = 0;
  for (unsigned seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Computed c = random_operands(random);
    MachineSpec machine = with_policy("snapea");
    const int percent = random.one_of<int>({0, 0, 1, 30, 100});
    machine.parameters.by_key["prediction.speculated_percent"] = percent;
    machine.prediction.threshold = random.one_of<double>({0, -1, 0.5});
    const Prediction prediction = run(machine, c);
    const std::vector<float> thresholds(c.layer.K,
                                        static_cast<float>(machine.prediction.threshold));
    const ReferenceCut expected = reference_cut(c.layer, c.operands, c.weight, thresholds, percent);
    REQUIRE(prediction.predicts);
    CHECK(prediction.guesses == (percent > 0));
    CHECK(std::vector<int>(prediction.taps.begin(), prediction.taps.end()) == expected.taps);
    CHECK(prediction.taps_taken ==
          std::accumulate(expected.taps.begin(), expected.taps.end(), Count{0}));
    Count cut = 0, false_zeros = 0;
    for (std::size_t i = 0; i < expected.cut.size(); ++i) {
      REQUIRE(gated(prediction, c.layer, i) == (expected.cut[i] != 0));
      cut += expected.cut[i];
      false_zeros += expected.cut[i] != 0 && c.ofmap[i] > 0;
    }
    CHECK(prediction.predicted_zero == cut);
    CHECK(prediction.false_zero == false_zeros);
    if (percent == 0) CHECK(false_zeros == 0);
    cut_in_all += cut;
  }
  CHECK(cut_in_all > 1000);
}

TEST_CASE("exact cutting leaves every positive output, whatever the thresholds") {
  for (unsigned seed = 200; seed < 230; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Computed c = random_operands(random);
    MachineSpec machine = with_policy("snapea");
    const Prediction usual = run(machine, c);
    for (std::size_t i = 0; i < c.ofmap.size(); ++i)
      if (gated(usual, c.layer, i)) REQUIRE(c.ofmap[i] <= 0);
    for (const double threshold : {-100.0, 100.0}) {
      machine.prediction.threshold = threshold;
      CHECK(run(machine, c).taps == usual.taps);
    }
  }
}

TEST_CASE("taps with an activation of zero or padding are counted where they are taken") {
  // One row of 4 taps: +, then the negative ones by magnitude.
  Computed c;
  c.layer.name = "a";
  c.layer.W = 3, c.layer.S = 4, c.layer.pad_left = c.layer.pad_right = 1;
  c.operands.ifmap = {0, 1, 2};
  c.weight = {-1, 1, -3, -2};
  c.finish();
  // (pad,0,1,2): order 1, 2, 3, 0 takes 0 and is at 0: cut after one tap. (0,1,2,pad): 1, then -5.
  REQUIRE(c.ofmap == std::vector<float>{-7, -5});
  const Prediction prediction = run(with_policy("snapea"), c);
  CHECK(prediction.taps == std::vector<std::int32_t>{1, 2});
  CHECK(prediction.taps_taken == 3);
  CHECK(prediction.zeros_taken == 1);
}

TEST_CASE("an output that takes its last tap is not cut short") {
  Computed c;
  c.layer.name = "a";
  c.layer.C = 2;
  c.operands.ifmap = {1, 1};
  c.weight = {1, -1};
  c.finish();
  const Prediction prediction = run(with_policy("snapea"), c);
  CHECK(prediction.taps == std::vector<std::int32_t>{2});
  CHECK(prediction.predicted_zero == 0);
}

TEST_CASE("with a negative activation the layer runs dense") {
  Random random(1);
  Computed c = random_operands(random);
  c.operands.ifmap.back() = -0.25f;
  c.finish();
  MachineSpec machine = with_policy("snapea");
  machine.parameters.by_key["prediction.speculated_percent"] = 20;
  machine.parameters.by_key["prediction.retire_alone"] = 1;
  const Prediction prediction = run(machine, c);
  CHECK_FALSE(prediction.predicts);
  CHECK(prediction.fate == OutputFate::computed);
  CHECK(prediction.taps.empty());
  CHECK_FALSE(prediction.guesses);
  CHECK_FALSE(prediction.retires_alone);
  CHECK(prediction.predicted_zero == 0);
}

TEST_CASE("a layer whose weights or activations are not known is refused, and the policy named") {
  Random random(2);
  const Computed c = random_operands(random);
  for (const std::string policy : {"lookahead", "snapea"}) {
    CAPTURE(policy);
    const LayerPrediction settings = resolve_prediction(with_policy(policy), c.layer, false);
    const auto refusal = [&](const LayerOperands* operands) {
      return message_of(ErrorKind::machine,
                        [&] { predict(settings, c.ofmap, c.layer.K, 0, operands); });
    };
    Operands without_weights = c.operands, without_ifmap = c.operands;
    without_weights.weight.clear();
    without_ifmap.ifmap.clear();
    const LayerOperands no_weights{c.layer, without_weights}, no_ifmap{c.layer, without_ifmap};
    for (const LayerOperands* operands :
         {static_cast<const LayerOperands*>(nullptr), &no_weights, &no_ifmap})
      CHECK(contains(refusal(operands), "policy '" + policy +
                                            "' decides from weights and activations, which are "
                                            "not known here"));
  }
  for (const std::string policy : {"none", "peek", "oracle", "perforate"}) {
    const LayerPrediction settings = resolve_prediction(with_policy(policy), c.layer, false);
    CHECK_NOTHROW(predict(settings, c.ofmap, c.layer.K, 0));
  }
}

TEST_CASE("what predictions depend on is part of their fingerprint") {
  Layer layer;
  layer.name = "a";
  const auto fingerprint = [&](const MachineSpec& machine) {
    return resolve_prediction(machine, layer, false).fingerprint();
  };
  const std::map<std::string, std::vector<std::string>> keys_of = {
      {"lookahead", {"prediction.lookahead_bits", "prediction.lookahead_ratio"}},
      {"snapea", {"prediction.speculated_percent", "prediction.retire_alone"}}};
  for (const auto& of : keys_of) {
    CAPTURE(of.first);
    const MachineSpec machine = with_policy(of.first);
    MachineSpec other = machine;
    CHECK(fingerprint(other) == fingerprint(machine));
    other.prediction.threshold = 0.5;
    CHECK(fingerprint(other) != fingerprint(machine));
    for (const std::string& key : of.second) {
      other = machine;
      other.parameters.by_key[key] = 1;
      if (key == "prediction.lookahead_bits") other.parameters.by_key[key] = 2;
      CHECK(fingerprint(other) != fingerprint(machine));
    }
  }
  MachineSpec machine = with_policy("perforate");
  const std::string usual = fingerprint(machine);
  machine.prediction.peeks = {"corner", {}};
  CHECK(fingerprint(machine) != usual);
}
