// One DRAM channel: a transfer starts at the later of its request and the channel being free,
// holds the channel ceil(bytes / bytes_per_cycle) cycles and is complete `latency` cycles later.
#pragma once

#include <algorithm>

#include "sim/config/machine.h"

namespace peeksim {

struct DramTransfer {
  Cycle start = 0;     // its first cycle on the channel
  Cycle complete = 0;  // its data, or its acknowledgement, has arrived
};

class DramTiming {
 public:
  explicit DramTiming(const DramSpec& spec) : spec_(spec) {}

  // The times of a transfer requested at `request`. REQUIRES: called in the order of service: by
  // request time, at equal times loads before stores.
  DramTransfer serve(Cycle request, Bytes bytes) {
    const Cycle start = std::max(request, free_);
    free_ = start + spec_.transfer_cycles(bytes);
    return {start, free_ + spec_.latency};
  }

 private:
  DramSpec spec_;
  Cycle free_ = 0;
};

}  // namespace peeksim
