// When the store of a step may be requested: in step order, after the step's end, every drain so
// far and, if the step has peeks, its own prediction.
#pragma once

#include <deque>

#include "sim/base/units.h"

namespace peeksim {

struct Store {
  int step = 0;
  Bytes bytes = 0;
  Cycle drain_end = 0;            // when all its outputs have left the array
  bool after_prediction = false;  // the step has peeks: wait for its predict_ready
};

class StoreOrder {
 public:
  // The step has ended. REQUIRES: called in step order.
  void step_ended(const Store& store) { waiting_.push_back(store); }

  // The next store, if there is one, whether or not it may be requested yet.
  const Store* front() const { return waiting_.empty() ? nullptr : &waiting_.front(); }

  // Whether front() may be requested. REQUIRES: front().
  bool may_request(Cycle now, int last_predicted_step) const {
    const Store& store = waiting_.front();
    return now >= store.drain_end && (!store.after_prediction || last_predicted_step >= store.step);
  }
  void pop() { waiting_.pop_front(); }

 private:
  std::deque<Store> waiting_;
};

}  // namespace peeksim
