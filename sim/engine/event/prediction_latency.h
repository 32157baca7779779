// When the predictions of a step are known: a fixed time after its last peek has drained.
#pragma once

#include <deque>

#include "sim/base/units.h"

namespace peeksim {

struct ReadyPrediction {
  int step = 0;
  Cycle ready = 0;
};

// Steps become ready in order, because drains end in order. A step's predictions may still be on
// their way when the next step's last peek drains (a step without a live neighbor waits for none).
class PredictionLatency {
 public:
  explicit PredictionLatency(Cycle latency) : latency_(latency) {}

  // The last peek of `step` has drained at `end`; returns predict_ready.
  // REQUIRES: `end` does not decrease from call to call.
  Cycle drained(int step, Cycle end) {
    pending_.push_back({step, end + latency_});
    return pending_.back().ready;
  }

  // Moves everything that is ready by `now` into known().
  void advance(Cycle now) {
    for (; !pending_.empty() && pending_.front().ready <= now; pending_.pop_front())
      known_ = pending_.front();
  }

  // The last step whose predictions are known; step -1 when none is yet.
  const ReadyPrediction& known() const { return known_; }
  // The next step to become known, or nullptr.
  const ReadyPrediction* next() const { return pending_.empty() ? nullptr : &pending_.front(); }

 private:
  Cycle latency_;
  ReadyPrediction known_{-1, 0};
  std::deque<ReadyPrediction> pending_;
};

}  // namespace peeksim
