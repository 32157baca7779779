// The dense machine: every output is computed.
#include <algorithm>

#include "sim/skip/policies/predictors.h"

namespace peeksim {

namespace {

WindowGrid grid(const Layer& layer, const WindowSpec&, const PeekSpec&) {
  return {layer.P(), layer.Q(), 1, 1, {}};
}

void predict(const WindowGrid& grid, const float*, float, const ParameterValues&,
             std::uint8_t* predicted) {
  std::fill_n(predicted, grid.count(), std::uint8_t{0});
}

std::string fingerprint(const LayerPrediction&) {
  return "";
}

}  // namespace

const Predictor none_predictor = {"none",
                                  "dense: every output is computed",
                                  OutputFate::computed,
                                  grid,
                                  predict,
                                  nullptr,
                                  nullptr,
                                  fingerprint};

}  // namespace peeksim
