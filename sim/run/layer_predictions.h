// The predictions of a layer of a trace, image after image, without a run.
#pragma once

#include <memory>
#include <vector>

#include "sim/skip/prediction.h"
#include "sim/trace/trace.h"

namespace peeksim {

class LayerPredictions {
 public:
  // All arguments outlive the object. REQUIRES: require_values (required_values.h) has passed.
  // Throws Error(trace).
  LayerPredictions(const Trace& trace, std::size_t layer, const LayerPrediction& settings);
  ~LayerPredictions();

  // Of an image. Throws as Trace::read_ofmap and require_unrectified.
  Prediction of(int image);

 private:
  const Trace& trace_;
  const std::size_t layer_;
  const LayerPrediction& settings_;
  std::vector<float> ofmap_;
  std::unique_ptr<Operands> operands_;  // null: the predictor needs none
};

}  // namespace peeksim
