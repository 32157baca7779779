// The read port of a buffer: brings the operands of a chunk to the PEs, tap after tap, `width`
// elements a cycle. The array's two ports run ahead of each other inside a chunk.
#pragma once

#include <algorithm>

#include "sim/base/units.h"

namespace peeksim::clocked {

class ReadPort {
 public:
  // width: elements a cycle; 0: unlimited.
  explicit ReadPort(int width = 0) : width_(width) {}

  // A chunk whose taps need `elements` each starts; its first elements come in this cycle.
  void start(int elements) {
    elements_ = elements;
    brought_ = width_;
  }
  // The next cycle.
  void advance() { brought_ += width_; }
  // Taps all of whose operands have come, of at most `taps`.
  Count complete(Count taps) const {
    return width_ == 0 ? taps : std::min(taps, brought_ / elements_);
  }

 private:
  int width_;
  int elements_ = 1;  // of a tap
  Count brought_ = 0;
};

}  // namespace peeksim::clocked
