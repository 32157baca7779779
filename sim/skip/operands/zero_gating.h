// How many MACs meet an activation that is exactly 0, or padding: they cost no energy on a machine
// that gates them, and time all the same.
#pragma once

#include <vector>

#include "sim/base/units.h"
#include "sim/skip/prediction.h"
#include "sim/workload/layer.h"

namespace peeksim {

// How many of an output's L taps are zero, for every position of every convolution group:
// [groups,P,Q]. ifmap: [C,H,W].
std::vector<int> zero_taps(const Layer& layer, const std::vector<float>& ifmap);

// The zero taps of all computed outputs of the layer. `prediction` says which are computed.
// taps: from zero_taps().
Count zero_gated_macs(const Layer& layer, const std::vector<int>& taps,
                      const Prediction& prediction);

}  // namespace peeksim
