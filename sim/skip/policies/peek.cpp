// Shomron and Weiser: a window is predicted zero when it has a peek and its largest peek is at or
// below the threshold.
#include <algorithm>
#include <limits>
#include <vector>

#include "sim/base/vectors.h"
#include "sim/skip/layer_prediction.h"
#include "sim/skip/policies/predictors.h"

namespace peeksim {

namespace {

WindowGrid grid(const Layer& layer, const WindowSpec& window, const PeekSpec& peeks) {
  return {layer.P(), layer.Q(), window.height, window.width, peek_positions(peeks, window)};
}

// Raises each number to the peek of its window; peeks lie `width` apart. Most windows are two wide,
// and for a distance that it knows the compiler makes vectors.
PEEKSIM_VECTORS void raise_to(const float* peeks, int width, int count, float* largest) {
  if (width == 2)
    for (int i = 0; i < count; ++i) largest[i] = std::max(largest[i], peeks[2 * std::int64_t{i}]);
  else
    for (int i = 0; i < count; ++i)
      largest[i] = std::max(largest[i], peeks[std::int64_t{i} * width]);
}

void predict(const WindowGrid& grid, const float* plane, float threshold, const ParameterValues&,
             std::uint8_t* predicted) {
  const int cols = grid.cols(), rows = grid.rows(), last_width = grid.width_of(cols - 1);
  std::vector<float> largest(cols);
  for (int row = 0; row < rows; ++row) {
    const int height = grid.height_of(row);
    bool any = false, any_in_last = false;  // peeks, in the windows of the row and in its last one
    std::fill(largest.begin(), largest.end(), -std::numeric_limits<float>::infinity());
    for (const Position& peek : grid.peeks) {
      if (peek.row >= height) continue;
      any = true;
      any_in_last |= peek.col < last_width;
      const float* values = plane + std::int64_t{row * grid.height + peek.row} * grid.Q + peek.col;
      // The windows whose peek column lies inside the plane: all, or all but the last.
      raise_to(values, grid.width, peek.col < last_width ? cols : cols - 1, largest.data());
    }
    std::uint8_t* decided = predicted + std::int64_t{row} * cols;
    for (int col = 0; col < cols; ++col) decided[col] = largest[col] <= threshold;
    // Only an edge window can be without a peek, and it predicts nothing.
    if (!any_in_last) decided[cols - 1] = 0;
    if (!any) std::fill_n(decided, cols - 1, std::uint8_t{0});
  }
}

// predict() for a row of windows at once.
const DecisionRule rule = {
    -std::numeric_limits<float>::infinity(),
    [](float held, float peek, float, const ParameterValues&) { return std::max(held, peek); },
    [](float held, float threshold, const ParameterValues&) { return held <= threshold; },
};

std::string fingerprint(const LayerPrediction& settings) {
  return settings.grid.window_text() + settings.threshold_bytes();
}

}  // namespace

const Predictor peek_predictor = {
    "peek",
    "a window whose peeks are all at or below the threshold is predicted zero",
    OutputFate::predicted_zero,
    grid,
    predict,
    &rule,
    count_peeks,
    fingerprint};

}  // namespace peeksim
