// The transfers of a DMA engine on their way into the event log: what is known when one is
// requested waits for what is known when it is complete. Without a log it does nothing.
#pragma once

#include <unordered_map>

#include "sim/engine/event_log.h"

namespace peeksim {

class TransferLog {
 public:
  void begin(EventLog* log) {
    log_ = log;
    under_way_.clear();
  }

  // REQUIRES: no transfer of this tag is under way.
  void requested(int tag, const Event& event) {
    if (log_ != nullptr) under_way_.emplace(tag, event);
  }

  void completed(int tag, Cycle start, Cycle end) {
    if (log_ == nullptr) return;
    const auto found = under_way_.find(tag);
    record(log_, found->second, start, end);
    under_way_.erase(found);
  }

 private:
  EventLog* log_ = nullptr;
  std::unordered_map<int, Event> under_way_;
};

}  // namespace peeksim
