// Merges consecutive stall cycles of the array into wait events.
#pragma once

#include "sim/engine/observer.h"

namespace peeksim::clocked {

class WaitRecorder {
 public:
  void begin(const Recorder& recorder) {
    recorder_ = recorder;
    waiting_ = false;
  }

  // The cycle before `now` was spent on this, in a step.
  void spend(Activity activity, int step, Cycle now) {
    if (activity == Activity::busy || !recorder_.wants(EventKind::stall)) return;
    if (waiting_ && wait_.stall != stall_of(activity)) end();
    if (!waiting_) {
      wait_ = stall_event(step, stall_of(activity));
      wait_.start = now - 1;
    }
    waiting_ = true;
    wait_.end = now;
  }

  // The array waits no longer, or for something else.
  void end() {
    if (waiting_) recorder_.record(wait_, wait_.start, wait_.end);
    waiting_ = false;
  }

 private:
  static Stall stall_of(Activity activity) {
    switch (activity) {
      case Activity::predict_stall:
        return Stall::predict;
      case Activity::drain_stall:
        return Stall::drain;
      case Activity::tail:
        return Stall::tail;
      default:
        return Stall::memory;
    }
  }

  Recorder recorder_;
  Event wait_;  // that the array is in the middle of
  bool waiting_ = false;
};

}  // namespace peeksim::clocked
