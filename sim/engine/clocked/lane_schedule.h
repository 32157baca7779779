// The cycles that the lanes of the PEs need for the live taps of a chunk when no port stalls them:
// run after run, a run without a live tap costing a cycle (docs/machine.md section 5).
#pragma once

#include <algorithm>
#include <vector>

#include "sim/base/units.h"

namespace peeksim::clocked {

class LaneSchedule {
 public:
  // All taps of the chunk, `lanes` a cycle.
  void start(Count taps, int lanes) {
    done_.clear();
    lanes_ = lanes;
    taps_ = taps;
    cycles_ = ceil_div(taps, lanes);
  }
  // The live taps of a chunk, in order and counted from its first tap, of `taps` in all; run: taps
  // of a run.
  void start(const std::vector<Count>& live, Count taps, Count run, int lanes) {
    done_.clear();
    std::size_t next = 0;
    for (Count first = 0; first < taps; first += run) {
      do {
        for (int lane = 0; lane < lanes && next < live.size() && live[next] < first + run; ++lane)
          ++next;
        done_.push_back(static_cast<Count>(next));
      } while (next < live.size() && live[next] < first + run);
    }
    cycles_ = static_cast<Cycle>(done_.size());
  }

  Cycle cycles() const { return cycles_; }
  // Taps that can have been taken after so many cycles.
  Count after(Cycle cycles) const {
    if (done_.empty()) return std::min(taps_, cycles * lanes_);
    return done_[std::min(cycles, cycles_) - 1];
  }

 private:
  std::vector<Count> done_;  // after each cycle; empty: lanes_ more in each
  int lanes_ = 1;
  Count taps_ = 0;
  Cycle cycles_ = 0;
};

}  // namespace peeksim::clocked
