// Which point a worker runs next, by work stealing. Points that are alike are dealt to the same
// worker, because masks and dense counters are kept by the worker that made them: they are sorted,
// each worker has a range of them, and one that is done with its own takes half of the largest.
#pragma once

#include <cstddef>
#include <vector>

#include "sim/sweep/design/sweep_plan.h"

namespace peeksim {

class WorkQueue {
 public:
  // `numbers` of `points`, which stay where they are. Only the first `limit` of those sorted; 0:
  // all.
  WorkQueue(const std::vector<SweepPoint>& points, std::vector<std::size_t> numbers,
            std::size_t limit = 0);

  std::size_t left() const { return left_; }  // that have not been dealt

  // The number of the point that this worker runs next. The points of a trace are dealt before
  // those of the next one. REQUIRES: left() > 0.
  std::size_t next(std::size_t worker);

 private:
  struct Range {  // of sorted_
    std::size_t begin = 0, end = 0;
    std::size_t size() const { return end - begin; }
  };

  Range share_of_others();
  Range next_trace();

  const std::vector<SweepPoint>& points_;
  std::vector<std::size_t> sorted_;  // by trace, prediction settings and dense machine
  std::size_t left_;
  std::size_t open_ = 0;       // where the first trace begins that nobody has
  std::vector<Range> ranges_;  // by worker
};

}  // namespace peeksim
