// Compares the counters of the hardware blocks with those that follow from the program.
#pragma once

#include <string>

#include "sim/base/counters.h"

namespace peeksim {

// Completes the counters that follow from the program with those that only the blocks know. Throws
// Error(internal), naming the layer and the counter, unless `counted` and `counters` agree in every
// counter that both state (base/counters.h says which).
void take_measured(const Counters& counted, Counters& counters, const std::string& layer);

}  // namespace peeksim
