// When decisions are known: a fixed time after they have been taken, one after another, which
// begins when the last peek that they follow from has drained.
#pragma once

#include <algorithm>
#include <deque>

#include "sim/base/units.h"
#include "sim/schedule/tile.h"

namespace peeksim::event {

struct KnownDecision {
  int decision = no_decision;
  Cycle ready = 0;
};

// Decisions become known in order, because drains end in order. One may still be in flight when
// the peeks of the next drain (a step without a live neighbor waits for none).
class DecisionLatency {
 public:
  explicit DecisionLatency(Cycle latency) : latency_(latency) {}

  // The last peek of `decision` has drained at `end`, and the decision takes `work` cycles; returns
  // when it is known. REQUIRES: `end` does not decrease from call to call.
  Cycle drained(int decision, Cycle end, Cycle work) {
    decided_ = std::max(decided_, end) + work;
    pending_.push_back({decision, decided_ + latency_});
    return pending_.back().ready;
  }

  // Moves everything that is ready by `now` into known().
  void advance(Cycle now) {
    for (; !pending_.empty() && pending_.front().ready <= now; pending_.pop_front())
      known_ = pending_.front();
  }

  // The last decision that is known; no_decision when none is yet.
  const KnownDecision& known() const { return known_; }
  // The next one to become known, or nullptr.
  const KnownDecision* next() const { return pending_.empty() ? nullptr : &pending_.front(); }

 private:
  Cycle latency_;
  Cycle decided_ = 0;  // the end of the last decision so far
  KnownDecision known_;
  std::deque<KnownDecision> pending_;
};

}  // namespace peeksim::event
