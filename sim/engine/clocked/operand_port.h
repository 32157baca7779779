// The read ports of the buffers, as the array that is wired to them sees them.
#pragma once

#include "sim/base/units.h"

namespace peeksim::clocked {

// What a buffer holds and what it reads changes only while a cycle settles, never at an edge. So at
// an edge the array finds what the port showed in the cycle that is over, whichever is called
// first.

// The activations of a tap: [rows], or [rows][columns] of a tile whose rows are not shared.
struct TapActivations {
  const float* values = nullptr;
  const int* address = nullptr;  // in values; any where no PE is enabled

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
