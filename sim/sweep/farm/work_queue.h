// Chooses the next point of each worker, by work stealing. The points are sorted so that similar
// ones are neighbors; each worker has a range of them, because it caches the masks and dense
// counters that it computed; an idle worker takes half of the largest range.
#pragma once

#include <cstddef>
#include <vector>

#include "sim/sweep/design/sweep_plan.h"

namespace peeksim {

class WorkQueue {
 public:
  // numbers: indices of the points to run; limit: only the first so many after sorting, 0: all.
  // `points` outlives the object.
  WorkQueue(const std::vector<SweepPoint>& points, std::vector<std::size_t> numbers,
            std::size_t limit = 0);

  std::size_t left() const { return left_; }  // points not yet assigned

  // The number of the point that this worker runs next. The points of a trace are assigned
  // before those of the next one. REQUIRES: left() > 0.
  std::size_t next(std::size_t worker);

 private:
  struct Range {  // of sorted_
    std::size_t begin = 0, end = 0;
    std::size_t size() const { return end - begin; }
  };

  Range steal();
  Range next_trace();

  const std::vector<SweepPoint>& points_;
  std::vector<std::size_t> sorted_;  // by trace, prediction settings and dense machine
  std::size_t left_;
  std::size_t unassigned_ = 0;  // where the first trace begins that is not in any range
  std::vector<Range> ranges_;   // by worker
};

}  // namespace peeksim
