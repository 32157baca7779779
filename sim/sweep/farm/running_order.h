// In which order the points of a plan run: so that none finds out again what another one knows or
// is just finding out. Points of equal prediction settings follow each other, while their masks
// are still kept; and what two points would both have to find out, one finds out first.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "sim/sweep/design/sweep_plan.h"

namespace peeksim {

class RunningOrder {
 public:
  // `numbers` of `points`, which stay where they are. Only the first `limit` in the order; 0: all.
  RunningOrder(const std::vector<SweepPoint>& points, std::vector<std::size_t> numbers,
               std::size_t limit = 0);

  std::size_t left() const { return left_; }  // that have not begun

  // The number of the point that runs next. REQUIRES: left() > 0.
  std::size_t next();
  // A point that next() has given is over, and what it found out is known.
  void ended(std::size_t number);

 private:
  using Key = std::uint64_t;
  std::array<Key, 2> keys_of(std::size_t number) const;
  bool waits(std::size_t number) const;

  const std::vector<SweepPoint>& points_;
  std::vector<std::optional<std::size_t>> order_;  // empty: it has begun
  std::size_t first_ = 0;                          // the first that has not
  std::size_t left_;
  std::unordered_set<Key> known_, in_work_;
};

}  // namespace peeksim
