// What is predicted zero, and how often that is right: by hand at the edges, and against a
// straightforward implementation, output by output.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/skip/prediction.h"
#include "tests/support/plane.h"
#include "tests/support/random.h"

using namespace peeksim;

namespace {

Prediction run(const MachineSpec& machine, const Layer& layer, const std::vector<float>& ofmap) {
  return predict(resolve_prediction(machine, layer, false), ofmap, layer.K, 0);
}

// How many outputs of one 2x2 window with `first` at its corner, the only peek, are gated.
Count gated(float first, double threshold) {
  MachineSpec machine;
  machine.prediction.peeks = {"corner", {}};
  machine.prediction.threshold = threshold;
  return run(machine, plane(2, 2), {first, 1, 0, -1}).predicted_zero;
}

// Machine.md section 2 for one output: is it gated?
bool naive_gated(const MachineSpec& machine, const Layer& layer, const std::vector<float>& ofmap,
                 double threshold, int k, int p, int q) {
  const auto value = [&](int row, int col) {
    return ofmap[(std::size_t(k) * layer.P() + row) * layer.Q() + col];
  };
  if (machine.prediction.policy == "none") return false;
  if (machine.prediction.policy == "oracle") return value(p, q) <= 0;
  const WindowSpec window = machine.prediction.window;
  const int row = p - p % window.height, col = q - q % window.width;
  bool exists = false, all_small = true, is_peek = false;
  for (const Position peek : peek_positions(machine.prediction.peeks, window)) {
    if (row + peek.row >= layer.P() || col + peek.col >= layer.Q()) continue;
    exists = true;
    all_small = all_small && double(value(row + peek.row, col + peek.col)) <= threshold;
    is_peek = is_peek || (row + peek.row == p && col + peek.col == q);
  }
  return exists && all_small && !is_peek;
}

// Whether prediction says that the output is gated.
bool says_gated(const Prediction& prediction, int k, int p, int q) {
  if (!prediction.predicts) return false;
  const WindowGrid& grid = prediction.grid;
  const Position inside{p % grid.height, q % grid.width};
  if (std::count(grid.peeks.begin(), grid.peeks.end(), inside) > 0) return false;
  return prediction.predicted.test(p / grid.height * grid.cols() + q / grid.width, k);
}

MachineSpec random_machine(Random& random, const Layer& layer) {
  MachineSpec machine;
  PredictionSpec& prediction = machine.prediction;
  prediction.policy = random.one_of<std::string>({"peek", "peek", "peek", "oracle", "none"});
  prediction.window = {random.between(1, 5), random.between(1, 5)};
  prediction.peeks.pattern =
      random.one_of<std::string>({"", "corner", "diagonal", "checkerboard", "all"});
  if (prediction.peeks.pattern.empty())
    for (int i = random.between(1, 4); i > 0; --i)
      prediction.peeks.list.push_back({random.between(0, prediction.window.height - 1),
                                       random.between(0, prediction.window.width - 1)});
  const std::vector<double> thresholds = {0, 0, 0.25, 0.1, -0.25, 2, never_predicted};
  for (int k = 0; k < layer.K; ++k)
    prediction.channel_thresholds["a"].push_back(random.one_of(thresholds));
  return machine;
}

}  // namespace

TEST_CASE("a window is predicted at the threshold and not one float above it") {
  for (const float threshold : {0.0f, 0.1f, -0.1f, 1e-30f, -3.0f, 1e6f}) {
    CAPTURE(threshold);
    CHECK(gated(threshold, threshold) == 3);
    CHECK(gated(std::nextafter(threshold, -1e9f), threshold) == 3);
    CHECK(gated(std::nextafter(threshold, 1e9f), threshold) == 0);
  }
}

TEST_CASE("a threshold between two floats parts exactly those two") {
  const float low = 0.1f;
  const float high = std::nextafter(low, 1.0f);
  for (const double share : {0.01, 0.5, 0.99}) {
    const double threshold = double(low) + share * (double(high) - double(low));
    CHECK(gated(low, threshold) == 3);
    CHECK(gated(high, threshold) == 0);
    CHECK(gated(-high, -threshold) == 3);
    CHECK(gated(-low, -threshold) == 0);
  }
}

TEST_CASE("a negative zero is a zero") {
  CHECK(gated(-0.0f, 0) == 3);
  CHECK(gated(0.0f, -0.0) == 3);
}

TEST_CASE("a channel that is never predicted gates nothing, however small its values") {
  CHECK(gated(-1e38f, never_predicted) == 0);
  CHECK(gated(std::numeric_limits<float>::lowest(), never_predicted) == 0);
}

TEST_CASE("all peeks of a window must be small, not one") {
  MachineSpec machine;  // 2x2 windows, diagonal
  CHECK(run(machine, plane(2, 2), {-3, 1, 1, -2}).predicted_zero == 2);
  CHECK(run(machine, plane(2, 2), {3, 1, 1, -2}).predicted_zero == 0);
  CHECK(run(machine, plane(2, 2), {-3, 1, 1, 2}).predicted_zero == 0);
}

TEST_CASE("neighbors above zero are false zeros, whatever the threshold") {
  MachineSpec machine;
  machine.prediction.threshold = 5;
  const Prediction prediction = run(machine, plane(2, 2), {4, 1, 0, 5});
  CHECK(prediction.predicted_zero == 2);
  CHECK(prediction.correct_zero == 1);
  CHECK(prediction.false_zero == 1);
}

TEST_CASE("each channel has its own threshold") {
  MachineSpec machine;
  machine.prediction.channel_thresholds["a"] = {0, 1, never_predicted};
  const Prediction prediction = run(machine, plane(2, 2, 3), std::vector<float>(12, 0.5f));
  CHECK_FALSE(prediction.predicted.test(0, 0));
  CHECK(prediction.predicted.test(0, 1));
  CHECK_FALSE(prediction.predicted.test(0, 2));
  CHECK(prediction.predicted_zero == 2);
}

TEST_CASE("a partial window is judged by the peeks that exist") {
  MachineSpec machine;  // the peek at (1,1) of the right window lies outside
  const Prediction prediction = run(machine, plane(2, 3), {9, 0, -1, 0, 9, 7});
  CHECK_FALSE(prediction.predicted.test(0, 0));
  CHECK(prediction.predicted.test(1, 0));
  CHECK(prediction.predicted_zero == 1);
  CHECK(prediction.false_zero == 1);
}

TEST_CASE("a window without an existing peek predicts nothing") {
  MachineSpec machine;
  machine.prediction.peeks = {"", {{1, 1}}};
  const Prediction right = run(machine, plane(2, 3), std::vector<float>(6, -1.0f));
  CHECK(right.predicted.test(0, 0));
  CHECK_FALSE(right.predicted.test(1, 0));
  CHECK(right.predicted_zero == 3);
  const Prediction bottom = run(machine, plane(3, 3), std::vector<float>(9, -1.0f));
  CHECK(bottom.predicted_zero == 3);
  CHECK(run(machine, plane(1, 1), {-1}).predicted_zero == 0);
}

TEST_CASE("windows that leave no neighbor predict nothing") {
  MachineSpec machine;
  CHECK(run(machine, plane(1, 1), {-1}).predicted_zero == 0);
  machine.prediction.peeks = {"all", {}};
  CHECK(run(machine, plane(3, 3), std::vector<float>(9, -1.0f)).predicted_zero == 0);
}

TEST_CASE("none gates nothing") {
  MachineSpec machine;
  machine.prediction.policy = "none";
  const Prediction prediction = run(machine, plane(2, 2), {-1, -1, -1, -1});
  CHECK_FALSE(prediction.predicts);
  CHECK(prediction.predicted_zero == 0);
}

TEST_CASE("the oracle gates every output at or below zero, whatever the threshold") {
  MachineSpec machine;
  machine.prediction.policy = "oracle";
  machine.prediction.threshold = 5;
  const Prediction prediction = run(machine, plane(2, 2), {-1, 0, 1, 2});
  CHECK(prediction.predicted_zero == 2);
  CHECK(prediction.correct_zero == 2);
  CHECK(prediction.false_zero == 0);
}

TEST_CASE("prediction agrees with the definition, output by output") {
  Count gated_in_all = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Layer layer = plane(random.between(1, 9), random.between(1, 9),
                              random.one_in(5) ? random.between(60, 70) : random.between(1, 6));
    const MachineSpec machine = random_machine(random, layer);
    std::vector<float> ofmap = random.values(layer.outputs());
    const Prediction prediction = run(machine, layer, ofmap);
    Count wrong = 0, expected = 0, correct = 0;
    for (int k = 0; k < layer.K; ++k) {
      const double threshold = machine.prediction.channel_thresholds.at("a")[k];
      for (int p = 0; p < layer.P(); ++p) {
        for (int q = 0; q < layer.Q(); ++q) {
          const bool naive = naive_gated(machine, layer, ofmap, threshold, k, p, q);
          wrong += says_gated(prediction, k, p, q) != naive;
          expected += naive;
          correct += naive && ofmap[(std::size_t(k) * layer.P() + p) * layer.Q() + q] <= 0;
        }
      }
    }
    CHECK(wrong == 0);
    CHECK(prediction.predicted_zero == expected);
    CHECK(prediction.correct_zero == correct);
    CHECK(prediction.false_zero == expected - correct);
    gated_in_all += expected;
  }
  CHECK(gated_in_all > 1000);
}
