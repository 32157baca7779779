// What a machine does per second, watt and square millimeter.
#pragma once

#include <string>

#include "sim/report/numbers/priced.h"

namespace peeksim {

// Operations are two for each MAC of the layers, also for MACs that were predicted or skipped: so
// that machines which do the same work in less time rate higher. Empty: unknown, as without prices
// in picojoules or without areas.
struct Rates {
  Number seconds;            // at the machine's clock, all images
  Number milliwatts;         // energy over time
  Number images_per_second;  // of the layers that the counters are of
  Number tops;               // 10^12 operations a second
  Number tops_per_watt;
  Number gops_per_mm2;  // 10^9 operations a second
};

// energy_unit: of the priced counters.
Rates rates_of(const PricedCounters& side, const MachineSpec& machine, int images,
               const std::string& energy_unit);

// Those of a run's machine on the whole network.
Rates rates_of(const PricedResult& priced);

}  // namespace peeksim
