// The dense machine: every output is computed.
#include <algorithm>

#include "sim/skip/policies/predictors.h"

namespace peeksim {

namespace {

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
                                  single_outputs,
                                  predict,
                                  nullptr,
                                  nullptr,
                                  fingerprint};

}  // namespace peeksim
