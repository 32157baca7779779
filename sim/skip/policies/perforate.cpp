// Perforated convolutions (Figurnov et al., NIPS 2016): of every window only the peeks are
// computed, and the other outputs are interpolated, whatever their values.
#include "sim/skip/layer_prediction.h"
#include "sim/skip/policies/predictors.h"

namespace peeksim {

namespace {

WindowGrid grid(const Layer& layer, const WindowSpec& window, const PeekSpec& peeks) {
  WindowGrid grid{layer.P(), layer.Q(), window.height, window.width, peek_positions(peeks, window)};
  grid.computes_without_peek = true;
  return grid;
}

void predict(const WindowGrid& grid, const float*, float, const ParameterValues&,
             std::uint8_t* predicted) {
  for (int row = 0; row < grid.rows(); ++row)
    for (int col = 0; col < grid.cols(); ++col) *predicted++ = grid.neighbors_of(row, col) > 0;
}

std::string fingerprint(const LayerPrediction& settings) {
  return settings.grid.window_text();
}

}  // namespace

const Predictor perforate_predictor = {
    "perforate",
    "peeks alone are computed, and the others interpolated: prediction.window and peeks say where",
    OutputFate::interpolated,
    grid,
    predict,
    nullptr,
    nullptr,
    fingerprint};

}  // namespace peeksim
