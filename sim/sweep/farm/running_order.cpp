#include "sim/sweep/farm/running_order.h"

#include <algorithm>
#include <tuple>

namespace peeksim {

namespace {

constexpr std::size_t look_ahead = 1000;  // points

}  // namespace

RunningOrder::RunningOrder(const std::vector<SweepPoint>& points, std::vector<std::size_t> numbers,
                           std::size_t limit)
    : points_(points) {
  std::stable_sort(numbers.begin(), numbers.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(points[a].trace, points[a].prediction) <
           std::tie(points[b].trace, points[b].prediction);
  });
  if (limit > 0 && numbers.size() > limit) numbers.resize(limit);
  order_.assign(numbers.begin(), numbers.end());
  left_ = order_.size();
}

// What the point needs to know: masks and the dense machine's counters.
std::array<RunningOrder::Key, 2> RunningOrder::keys_of(std::size_t number) const {
  const SweepPoint& point = points_[number];
  const auto key = [&](std::size_t setting, Key kind) {
    return (static_cast<Key>(point.trace) << 32 | setting) << 1 | kind;
  };
  return {key(point.prediction, 0), key(point.dense, 1)};
}

bool RunningOrder::waits(std::size_t number) const {
  const std::array<Key, 2> keys = keys_of(number);
  return std::any_of(keys.begin(), keys.end(), [&](Key key) { return in_work_.count(key) > 0; });
}

std::size_t RunningOrder::next() {
  while (!order_[first_]) ++first_;
  std::size_t place = first_;
  const std::size_t end = std::min(order_.size(), first_ + look_ahead);
  for (std::size_t i = first_; i < end; ++i)
    if (order_[i] && points_[*order_[i]].trace == points_[*order_[first_]].trace &&
        !waits(*order_[i])) {
      place = i;
      break;
    }
  const std::size_t number = *order_[place];
  order_[place].reset();
  --left_;
  for (const Key key : keys_of(number))
    if (known_.count(key) == 0) in_work_.insert(key);
  return number;
}

void RunningOrder::ended(std::size_t number) {
  for (const Key key : keys_of(number)) {
    known_.insert(key);
    in_work_.erase(key);
  }
}

}  // namespace peeksim
