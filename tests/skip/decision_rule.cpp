// A predictor states its decision twice: for a whole plane, and peek after peek as hardware does.
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "sim/skip/layer_prediction.h"
#include "tests/support/random.h"

using namespace peeksim;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

// What a prediction unit decides of a window whose peeks drain in window order.
bool skips(const LayerPrediction& settings, const std::vector<float>& plane, float threshold,
           int row, int col) {
  const WindowGrid& grid = settings.grid;
  const DecisionRule& rule = *settings.predictor->rule;
  if (grid.peeks_of(row, col) == 0) return false;
  float held = rule.start;
  for (int i = 0; i < grid.height_of(row); ++i)
    for (int j = 0; j < grid.width_of(col); ++j) {
      if (std::count(grid.peeks.begin(), grid.peeks.end(), Position{i, j}) == 0) continue;
      const float peek = plane[(row * grid.height + i) * grid.Q + col * grid.width + j];
      held = rule.fold(held, peek, threshold, settings.parameters);
    }
  return rule.skips(held, threshold, settings.parameters);
}

// Of few values, so that many are equal to a threshold.
std::vector<float> some_plane(Random& random, const Layer& layer) {
  const float largest = std::numeric_limits<float>::max();
  const float least = std::numeric_limits<float>::denorm_min();
  std::vector<float> plane = random.values(layer.positions());
  for (float& value : plane) {
    if (random.one_in(4)) value = random.one_of<float>({0.0f, -0.0f, least, -least});
    if (random.one_in(20)) value = random.one_of<float>({largest, -largest});
  }
  return plane;
}

PeekSpec some_peeks(Random& random, const WindowSpec& window) {
  PeekSpec peeks;
  peeks.pattern = random.one_of<std::string>({"", "corner", "diagonal", "checkerboard", "all"});
  if (peeks.pattern.empty())
    for (int i = random.between(1, 4); i > 0; --i)
      peeks.list.push_back(
          {random.between(0, window.height - 1), random.between(0, window.width - 1)});
  return peeks;
}

}  // namespace

TEST_CASE("peek after peek a predictor decides as it does for a whole plane") {
  Random random(5);
  for (const Predictor& predictor : predictors()) {
    if (predictor.rule == nullptr) continue;
    int decided[2] = {0, 0};
    for (int repetition = 0; repetition < 2000; ++repetition) {
      Layer layer;
      layer.name = "a";
      layer.H = random.between(1, 9), layer.W = random.between(1, 9), layer.K = 1;
      MachineSpec machine;
      machine.prediction.policy = predictor.name;
      machine.prediction.window = {random.between(1, 5), random.between(1, 5)};
      machine.prediction.peeks = some_peeks(random, machine.prediction.window);
      const LayerPrediction settings = resolve_prediction(machine, layer, false);
      const WindowGrid& grid = settings.grid;
      const std::vector<float> plane = some_plane(random, layer);
      for (const float threshold : {0.0f, -0.0f, 0.25f, -0.25f, 1.0f, -infinity, infinity}) {
        std::vector<std::uint8_t> predicted(grid.count(), 2);
        predictor.predict(grid, plane.data(), threshold, settings.parameters, predicted.data());
        for (int window = 0; window < grid.count(); ++window) {
          const int row = window / grid.cols(), col = window % grid.cols();
          const bool expected = skips(settings, plane, threshold, row, col);
          ++decided[expected];
          if (predicted[window] == (expected ? 1 : 0)) continue;  // spares a million CHECKs
          CAPTURE(predictor.name);
          CAPTURE(repetition);
          CAPTURE(threshold);
          CAPTURE(row);
          CAPTURE(col);
          REQUIRE(int{predicted[window]} == int{expected});
        }
      }
    }
    CAPTURE(predictor.name);
    CHECK(decided[0] > 1000);
    CHECK(decided[1] > 1000);
  }
}
