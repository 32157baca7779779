// Decisions that another program made: prediction.masks_file says which outputs of a layer are
// computed first, and which of the others are gated. Every output is a window of its own.
#include "sim/skip/layer_prediction.h"
#include "sim/skip/policies/predictors.h"

namespace peeksim {

namespace {

// The layer's bytes are named by the file, whose identity is part of the machine's.
std::string fingerprint(const LayerPrediction& settings) {
  return settings.masks_sha256;
}

}  // namespace

const Predictor mask_predictor = {"mask",
                                  "the decisions of another program, from prediction.masks_file",
                                  OutputFate::predicted_zero,
                                  single_outputs,
                                  nullptr,
                                  nullptr,
                                  count_peeks,
                                  fingerprint,
                                  {},
                                  true};

}  // namespace peeksim
