// The timing of the PE array: when a tile chunk ends, and when its outputs have left the array. The
// accumulators are double-buffered: a tile drains while the next one computes, but the next one may
// not finish before that drain has ended.
#pragma once

#include <algorithm>

#include "sim/base/units.h"

namespace peeksim::event {

struct ChunkTimes {
  Cycle end = 0;          // the chunk ends, after any wait for the previous drain
  Cycle drain_stall = 0;  // that wait
  Cycle drain_end = 0;    // the last drain so far has ended
};

class ArrayTiming {
 public:
  // A chunk that starts at `start` and computes for `duration` cycles. The last chunk of a tile
  // then drains `drained` rows, one a cycle; for the others `drained` does not count.
  ChunkTimes run(Cycle start, Cycle duration, bool last_chunk, Cycle drained) {
    ChunkTimes times;
    times.end = start + duration;
    if (last_chunk) {
      times.drain_stall = std::max<Cycle>(0, drain_end_ - times.end);
      times.end += times.drain_stall;
      drain_end_ = times.end + drained;
    }
    times.drain_end = drain_end_;
    return times;
  }

  Cycle drain_end() const { return drain_end_; }

 private:
  Cycle drain_end_ = 0;
};

}  // namespace peeksim::event
