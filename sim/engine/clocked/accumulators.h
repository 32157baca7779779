// The multipliers, adders and accumulators of the PEs: rows of numbers, over which the compiler
// makes vectors of neighboring columns. Two kinds exist: 8-bit operands, whose products a float
// holds exactly, with the 32-bit sums of hardware; and floats with sums of doubles.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/engine/clocked/operand_port.h"
#include "sim/engine/clocked/tile_work.h"

namespace peeksim::clocked {

template <class Sum>
class Accumulators {
 public:
  // As many PEs as a tile has; new ones start at 0.
  void resize(std::size_t pes) { sums_.resize(pes); }
  void zero() { std::fill(sums_.begin(), sums_.end(), Sum{0}); }
  // [rows][columns]
  const std::vector<Sum>& sums() const { return sums_; }

  // One tap in every enabled PE; weights: [channels of the group]. Returns as zero_operands().
  int multiply(const TileWork& tile, TapActivations activations, const float* weights);

 private:
  std::vector<Sum> sums_;       // [rows][columns]
  std::vector<float> weights_;  // [columns], of jobs
};

using IntegerAccumulators = Accumulators<std::int32_t>;
using FloatAccumulators = Accumulators<double>;

// The most products of an activation less its zero point and a weight, both of 8 bits, whose sum
// fits 32 bits, whatever they are.
constexpr Count max_integer_products = INT32_MAX / (255 * 128);

// In how many enabled PEs the activation is 0.
int zero_operands(const TileWork& tile, TapActivations activations);

}  // namespace peeksim::clocked
