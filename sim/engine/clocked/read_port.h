// The read port of a buffer: delivers the operands of a chunk to the PEs, tap after tap, `width`
// elements a cycle. The array's two ports run ahead of each other inside a chunk.
#pragma once

#include <algorithm>
#include <vector>

#include "sim/base/units.h"

namespace peeksim::clocked {

class ReadPort {
 public:
  // width: elements a cycle; 0: unlimited.
  explicit ReadPort(int width = 0) : width_(width) {}

  // A chunk whose taps need `elements` each starts; its first elements come in this cycle.
  void start(int elements) {
    elements_ = elements;
    taps_a_cycle_ = width_ / elements;
    rest_a_cycle_ = width_ % elements;
    complete_ = rest_ = 0;
    advance();
  }
  // The next cycle. A division each would be felt.
  void advance() {
    complete_ += taps_a_cycle_;
    rest_ += rest_a_cycle_;
    if (rest_ < elements_) return;
    rest_ -= elements_;
    ++complete_;
  }
  // Taps all of whose operands have been delivered, of at most `taps`.
  Count complete(Count taps) const { return width_ == 0 ? taps : std::min(taps, complete_); }

 private:
  int width_;
  int elements_ = 1;  // of a tap
  int taps_a_cycle_ = 0, rest_a_cycle_ = 0;
  Count complete_ = 0;
  int rest_ = 0;  // elements of the next tap
};

// The same port of a buffer that is cut into banks, each of which delivers its own elements in the
// order of the taps.
class BankedPort {
 public:
  // Of `width` elements a cycle in all. banks: 0: there are none.
  explicit BankedPort(int width = 0, int banks = 0)
      : bank_width_(banks == 0 ? 0 : width / banks), done_(banks) {}

  bool exists() const { return !done_.empty(); }

  // A chunk starts; its first elements come in this cycle. elements: [kernel columns][banks], of a
  // tap in that column; columns: the kernel column of each tap.
  void start(std::vector<std::vector<Count>> elements, std::vector<int> columns) {
    elements_ = std::move(elements);
    columns_ = std::move(columns);
    std::fill(done_.begin(), done_.end(), 0);
    taps_ = 0;
    delivered_ = bank_width_;
  }
  void advance() { delivered_ += bank_width_; }
  // Taps all of whose elements have been delivered.
  Count complete() {
    for (; taps_ < columns_.size(); ++taps_) {
      const std::vector<Count>& tap = elements_[columns_[taps_]];
      for (std::size_t bank = 0; bank < done_.size(); ++bank)
        if (done_[bank] + tap[bank] > delivered_) return static_cast<Count>(taps_);
      for (std::size_t bank = 0; bank < done_.size(); ++bank) done_[bank] += tap[bank];
    }
    return static_cast<Count>(taps_);
  }

 private:
  int bank_width_;
  std::vector<std::vector<Count>> elements_;
  std::vector<int> columns_;
  std::size_t taps_ = 0;     // complete
  std::vector<Count> done_;  // [banks]: elements of those
  Count delivered_ = 0;      // elements that a bank can have delivered
};

}  // namespace peeksim::clocked
