// Which outputs prediction gates, as bytes that NumPy reads: a layer is one .npy array, and a file
// of masks is one such array after another (docs/masks.md).
#pragma once

#include <string>

#include "sim/skip/prediction.h"

namespace peeksim {

// What precedes a layer's values: those of an array of truth values [images, K, P, Q].
std::string mask_header(const Layer& layer, int images);

// One image of a layer, [K,P,Q]: the byte 1 where an output is gated, else 0.
std::string mask_values(const Prediction& prediction, int channels);

}  // namespace peeksim
