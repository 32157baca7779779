// Counters that follow from values and not from time.
#pragma once

#include "sim/base/counters.h"
#include "sim/engine/job.h"

namespace peeksim {

// Fills in which MACs are gated and how good the prediction was, and checks that the counters add
// up. Throws Error(internal) when they do not.
void count_values(const Layer& layer, const Prediction& prediction, const LayerValues& values,
                  Counters& counters);

}  // namespace peeksim
