// A buffer of two equal halves that are filled in turn: the i-th load goes into half i mod 2, and
// may be requested when load i-2 has been released.
#pragma once

#include <array>

#include "sim/base/units.h"

namespace peeksim::event {

class DoubleBuffer {
 public:
  // Whether the half of load (or step) `index` is free to be filled.
  bool half_free(int index) const { return index < released_ + 2; }

  // The transfer of load `index` is complete. REQUIRES: half_free(index).
  void fill(int index, Bytes bytes) {
    held_[index % 2] = index;
    filled_bytes_ += bytes;
  }
  bool holds(int index) const { return held_[index % 2] == index; }

  // Nothing needs load `index` any more. REQUIRES: called for 0, 1, 2, … in order.
  void release(int index) { released_ = index + 1; }

  void read(Count elements) { reads_ += elements; }
  void write(Count elements) { writes_ += elements; }

  Bytes filled_bytes() const { return filled_bytes_; }
  Count reads() const { return reads_; }
  Count writes() const { return writes_; }

 private:
  std::array<int, 2> held_{-1, -1};
  int released_ = 0;
  Bytes filled_bytes_ = 0;
  Count reads_ = 0;
  Count writes_ = 0;
};

}  // namespace peeksim::event
