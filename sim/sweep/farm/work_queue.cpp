#include "sim/sweep/farm/work_queue.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace peeksim {

WorkQueue::WorkQueue(const std::vector<SweepPoint>& points, std::vector<std::size_t> numbers,
                     std::size_t limit)
    : points_(points), sorted_(std::move(numbers)) {
  const auto sort_key = [&](std::size_t number) {
    const SweepPoint& point = points[number];
    return std::tie(point.trace, point.prediction, point.dense);
  };
  std::stable_sort(sorted_.begin(), sorted_.end(),
                   [&](std::size_t a, std::size_t b) { return sort_key(a) < sort_key(b); });
  if (limit > 0 && sorted_.size() > limit) sorted_.resize(limit);
  left_ = sorted_.size();
}

std::size_t WorkQueue::next(std::size_t worker) {
  if (worker >= ranges_.size()) ranges_.resize(worker + 1);
  Range& own = ranges_[worker];
  if (own.size() == 0) own = steal();
  if (own.size() == 0) own = next_trace();
  --left_;
  return sorted_[own.begin++];
}

WorkQueue::Range WorkQueue::steal() {
  Range& largest =
      *std::max_element(ranges_.begin(), ranges_.end(),
                        [](const Range& a, const Range& b) { return a.size() < b.size(); });
  const std::size_t middle = largest.begin + largest.size() / 2;
  return {middle, std::exchange(largest.end, middle)};
}

WorkQueue::Range WorkQueue::next_trace() {
  const std::size_t begin = unassigned_;
  while (unassigned_ < sorted_.size() &&
         points_[sorted_[unassigned_]].trace == points_[sorted_[begin]].trace)
    ++unassigned_;
  return {begin, unassigned_};
}

}  // namespace peeksim
