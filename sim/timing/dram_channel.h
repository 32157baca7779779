// One DRAM channel: a transfer starts at the later of its request and the channel being free,
// holds the channel ceil(bytes / bytes_per_cycle) cycles and is complete `latency` cycles later.
#pragma once

#include <algorithm>

#include "sim/config/machine.h"

namespace peeksim {

class DramChannel {
 public:
  explicit DramChannel(const DramSpec& spec) : spec_(spec) {}

  // When a transfer requested at `request` is complete. REQUIRES: called in the order of service:
  // by request time, at equal times loads before stores.
  Cycle serve(Cycle request, Bytes bytes) {
    free_ = std::max(request, free_) + ceil_div(bytes, spec_.bytes_per_cycle);
    return free_ + spec_.latency;
  }

 private:
  DramSpec spec_;
  Cycle free_ = 0;
};

}  // namespace peeksim
