// When the store of a step may be requested: in step order, after the step's end, every drain so
// far and, if the step has peeks, its own prediction.
#pragma once

#include <deque>

#include "sim/base/units.h"
#include "sim/schedule/tile.h"

namespace peeksim::event {

struct Store {
  int step = 0;
  Bytes bytes = 0;
  Cycle drain_end = 0;      // when all its outputs have left the array
  int after = no_decision;  // the decision that has to be known
};

class StoreOrder {
 public:
  // The step has ended. REQUIRES: called in step order.
  void step_ended(const Store& store) { waiting_.push_back(store); }

  // The next store, if there is one, whether or not it may be requested yet.
  const Store* front() const { return waiting_.empty() ? nullptr : &waiting_.front(); }

  // Whether front() may be requested. REQUIRES: front().
  bool may_request(Cycle now, int known_decision) const {
    const Store& store = waiting_.front();
    return now >= store.drain_end && known_decision >= store.after;
  }
  void pop() { waiting_.pop_front(); }

 private:
  std::deque<Store> waiting_;
};

}  // namespace peeksim::event
