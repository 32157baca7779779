// The values of one layer and image as they lie in DRAM, and the arithmetic
// that turns a finished accumulator into an output. Operands are held as float, which is exact for
// 8-bit integers; accumulators as double, which is exact for their sums of products
// (docs/machine.md).
#pragma once

#include <vector>

#include "sim/base/units.h"

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

  // How far a computed value may be from the trace's; 0 for 8-bit arithmetic.
  double tolerance = 0;

  bool computes() const { return !weight.empty(); }

  // The value that enters the activation. REQUIRES: computes(). `residual` is in units of the
  // tensor.
  float finish(double accumulator, int channel, float added) const;
};

}  // namespace peeksim
