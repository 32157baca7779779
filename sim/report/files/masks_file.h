// Writes the masks of gated outputs for NumPy: one .npy array per layer, one after another in a
// file (docs/masks.md).
#pragma once

#include <string>

#include "sim/skip/prediction.h"

namespace peeksim {

// The .npy header of a layer's array of booleans [images, K, P, Q].
std::string mask_header(const Layer& layer, int images);

// One image of a layer, [K,P,Q]: the byte 1 where an output is gated, else 0.
std::string mask_values(const Prediction& prediction, int channels);

}  // namespace peeksim
