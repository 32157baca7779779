// The table of predictors: how each one looks at a channel's ofmap plane and which windows it
// declares zero. Adding a predictor is one file in predictors/ and one row in predictor.cpp.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/base/span.h"
#include "sim/config/parameter.h"
#include "sim/skip/window_grid.h"
#include "sim/workload/layer.h"

namespace peeksim {

struct Predictor {
  const char* name;
  const char* meaning;

  // False: every output is computed in one dense pass and nothing is predicted.
  bool predicts;

  // The windows that the predictor decides on, given the machine's.
  WindowGrid (*grid)(const Layer& layer, const WindowSpec& window, const PeekSpec& peeks);

  // Sets predicted[window] to 1 for every window of one plane [P,Q] that it declares zero, to 0
  // for the others; a value is small when it is <= threshold. REQUIRES: finite values.
  void (*predict)(const WindowGrid& grid, const float* plane, float threshold,
                  const ParameterValues& own, std::uint8_t* predicted);

  // Keys of machine files that are this predictor's own, "prediction.something".
  Span<Parameter> parameters = {};
};

// All predictors, in the order in which they are listed to users.
const std::vector<Predictor>& predictors();

// The predictor of that name. Throws Error(config) with a suggestion.
const Predictor& find_predictor(const std::string& name);

}  // namespace peeksim
