// The read port of a buffer, as the array that is wired to it sees it.
#pragma once

#include "sim/base/units.h"

namespace peeksim::clocked {

// What a buffer holds and what it reads changes only while a cycle settles, never at an edge. So at
// an edge the array finds what the port showed in the cycle that is over, whichever is called
// first.
class OperandPortIf {
 public:
  virtual ~OperandPortIf() = default;
  // The operands of a tap of the output, which the chunk has; valid until the next call.
  // REQUIRES: their values are known.
  virtual const float* operands_of(Count tap) = 0;
};

}  // namespace peeksim::clocked
