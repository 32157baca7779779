// The order in which the outputs of a channel take their taps where they may be cut short
// (docs/machine.md section 2, "SnaPEA"). It follows from the weights alone.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/operands/operands.h"
#include "sim/workload/layer.h"

namespace peeksim {

struct TapOrder {
  std::vector<std::int32_t> taps;  // [L]: which tap is taken at each place
  std::vector<float> weights;      // [L]: those of these taps
  int speculated = 0;              // the first of them
  int rising = 0;                  // those after which only taps with a negative weight are left

  // The number of taps after which an output is cut short at the earliest because it can only fall.
  int first_cut() const { return rising > 0 ? rising : 1; }
};

// Whether sums of an image are known to fall with negative weights: no activation is negative.
bool may_cut_short(const Operands& operands);

// percent: of the taps that are speculated, rounded up. REQUIRES: operands.computes().
TapOrder tap_order(const Layer& layer, const Operands& operands, int channel, int percent);

// Of all output channels of the layer, [K].
std::vector<TapOrder> tap_orders(const Layer& layer, const Operands& operands, int percent);

}  // namespace peeksim
