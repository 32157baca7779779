// The upper bound: exactly the outputs that are zero after the ReLU are gated, and none is
// computed to find them. Every output is a window of its own, without a peek.
#include "sim/skip/policies/predictors.h"

namespace peeksim {

namespace {

void predict(const WindowGrid& grid, const float* plane, float, const ParameterValues&,
             std::uint8_t* predicted) {
  const int count = grid.count();
  for (int i = 0; i < count; ++i) predicted[i] = plane[i] <= 0.0f;
}

std::string fingerprint(const LayerPrediction&) {
  return "";
}

}  // namespace

const Predictor oracle_predictor = {
    "oracle",
    "upper bound: gates exactly the outputs that are zero, without peeks",
    OutputFate::predicted_zero,
    single_outputs,
    predict,
    nullptr,
    nullptr,
    fingerprint};

}  // namespace peeksim
