// The values of one layer and image as they lie in DRAM, and the arithmetic that turns a finished
// accumulator into an output. Operands are held as float, which is exact for 8-bit integers less
// their zero point; accumulators as double, which is exact for their sums of products
// (docs/machine.md).
#pragma once

#include <algorithm>
#include <vector>

#include "sim/base/units.h"
#include "sim/workload/layer.h"

namespace peeksim {

struct Operands {
  std::vector<float> ifmap;     // [C,H,W]; empty: not known
  std::vector<float> weight;    // [groups][taps][K/groups]; empty: outputs are not computed
  std::vector<double> bias;     // [K], in units of the accumulator; empty: none
  std::vector<float> residual;  // [K,P,Q]; empty: none

  // 8-bit arithmetic (docs/trace-format.md): an output is the accumulator times its channel's
  // multiplier, plus the residual times its own, rounded and clipped to an integer, times the
  // ofmap's scale.
  bool integer = false;
  std::vector<double> multiplier;  // [K]
  double residual_multiplier = 0;
  float ofmap_scale = 1;
  double ofmap_limit = 127;  // 32767 where the ofmap is stored in 16 bits

  // How far a computed value may be from the trace's; 0 for 8-bit arithmetic.
  double tolerance = 0;

  bool computes() const { return !weight.empty(); }

  // The weights of an output channel of the layer, in the order of its taps. REQUIRES: computes().
  std::vector<float> filter(const Layer& layer, int channel) const {
    const int channels = layer.K / layer.groups;
    const Count taps = layer.L();
    const float* own = &weight[channel / channels * taps * channels + channel % channels];
    std::vector<float> found(taps);
    for (Count tap = 0; tap < taps; ++tap) found[tap] = own[tap * channels];
    return found;
  }

  // The value that enters the activation. REQUIRES: computes(). `residual` is in units of the
  // tensor.
  float finish(double accumulator, int channel, float added) const {
    if (!bias.empty()) accumulator += bias[channel];
    if (!integer) return static_cast<float>(accumulator + added);
    double scaled = accumulator * multiplier[channel];
    if (!residual.empty()) scaled += added * residual_multiplier;
    // A sum as large as this has no fraction: rounded in the default mode, halves to the even
    // neighbor, as std::nearbyint would, which is a call for each output.
    constexpr double no_fraction = 0x1.8p52;
    const double rounded =
        (std::clamp(scaled, -ofmap_limit, ofmap_limit) + no_fraction) - no_fraction;
    return static_cast<float>(rounded) * ofmap_scale;
  }
};

}  // namespace peeksim
