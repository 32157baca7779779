// Records the transfers of a DMA engine in the event log: keeps what is known at the request of one
// until its completion. Does nothing when no events are wanted.
#pragma once

#include <unordered_map>

#include "sim/engine/observer.h"

namespace peeksim::event {

class TransferLog {
 public:
  void begin(const Recorder& recorder) {
    recorder_ = recorder;
    in_flight_.clear();
  }

  // REQUIRES: no transfer with this tag is in flight.
  void requested(int tag, const Event& event) {
    if (recorder_.wants(event.kind)) in_flight_.emplace(tag, event);
  }

  void completed(int tag, Cycle start, Cycle end) {
    const auto found = in_flight_.find(tag);
    if (found == in_flight_.end()) return;
    recorder_.record(found->second, start, end);
    in_flight_.erase(found);
  }

 private:
  Recorder recorder_;
  std::unordered_map<int, Event> in_flight_;
};

}  // namespace peeksim::event
