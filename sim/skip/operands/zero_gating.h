// Counts the MACs whose activation is exactly 0 or padding: they cost no energy on a machine that
// gates them, but still take time.
#pragma once

#include <vector>

#include "sim/base/units.h"
#include "sim/config/machine.h"
#include "sim/skip/fate.h"
#include "sim/skip/prediction.h"
#include "sim/workload/layer.h"

namespace peeksim {

// The fate of a tap of a computed output whose activation is exactly 0 or padding.
// `ifmap_known`: the trace has the activations.
inline TapFate fate_of_zero_taps(const ArraySpec& array, bool ifmap_known) {
  if (!array.gate_zero_activations || !ifmap_known) return TapFate::executed;
  return array.skip_zero_activations ? TapFate::skipped : TapFate::gated;
}

// How many of an output's L taps are zero, for every position of every convolution group:
// [groups,P,Q]. ifmap: [C,H,W].
std::vector<int> zero_taps(const Layer& layer, const std::vector<float>& ifmap);

// The zero taps of all computed outputs of the layer. `prediction` says which are computed.
// taps: from zero_taps().
Count zero_gated_macs(const Layer& layer, const std::vector<int>& taps,
                      const Prediction& prediction);

}  // namespace peeksim
