// The transfers of a DMA engine on their way into the event log: what is known when one is
// requested waits for what is known when it is complete. Without a log it does nothing.
#pragma once

#include <unordered_map>

#include "sim/engine/observer.h"

namespace peeksim::event {

class TransferLog {
 public:
  void begin(const Recorder& recorder) {
    recorder_ = recorder;
    under_way_.clear();
  }

  // REQUIRES: no transfer of this tag is under way.
  void requested(int tag, const Event& event) {
    if (recorder_.wants(event.kind)) under_way_.emplace(tag, event);
  }

  void completed(int tag, Cycle start, Cycle end) {
    const auto found = under_way_.find(tag);
    if (found == under_way_.end()) return;
    recorder_.record(found->second, start, end);
    under_way_.erase(found);
  }

 private:
  Recorder recorder_;
  std::unordered_map<int, Event> under_way_;
};

}  // namespace peeksim::event
