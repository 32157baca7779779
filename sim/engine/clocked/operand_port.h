// The read ports of the buffers, as seen by the array.
#pragma once

#include "sim/base/units.h"

namespace peeksim::clocked {

// What a buffer holds and what it reads changes only in the delta cycles, never at an edge. So at
// an edge the array finds what the port showed in the cycle that is over, whichever is called
// first.

// The activations of a tap.
struct TapActivations {
  const float* values = nullptr;
  // In values, of each of the tile's different positions.
  const int* distinct = nullptr;
  // Of each row, or of each PE where rows are not shared; any where no PE is enabled.
  const int* address = nullptr;

  float operator[](int i) const { return values[address[i]]; }
};

class ActivationPortIf {
 public:
  virtual ~ActivationPortIf() = default;
  // Of a tap of the output, which the chunk has. REQUIRES: their values are known.
  virtual TapActivations activations_of(Count tap) = 0;
};

class WeightPortIf {
 public:
  virtual ~WeightPortIf() = default;
  // Of a tap of the output, which the chunk has: [channels of the group]. REQUIRES: their values
  // are known.
  virtual const float* weights_of(Count tap) = 0;
};

}  // namespace peeksim::clocked
