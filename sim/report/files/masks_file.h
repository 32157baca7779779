// The masks of a prediction as files hold them (docs/masks.md): for NumPy, one .npy array per
// layer, one after another; and for the policy mask.
#pragma once

#include <string>

#include "sim/skip/prediction.h"

namespace peeksim {

// The .npy header of a layer's array of booleans [images, K, P, Q].
std::string mask_header(const Layer& layer, int images);

// One image of a layer, [K,P,Q]: the byte 1 where an output is gated, else 0.
std::string mask_values(const Prediction& prediction, int channels);

// The peeks and the gated outputs of one image of a layer.
Masks::Decisions decisions_of(const Prediction& prediction, int channels);

}  // namespace peeksim
