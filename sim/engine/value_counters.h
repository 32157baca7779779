// The counters that depend on values, not on timing: gated MACs and prediction quality.
#pragma once

#include "sim/base/counters.h"
#include "sim/engine/job.h"

namespace peeksim {

// Fills in which MACs are gated and how good the prediction was, and checks that the counters add
// up. Throws Error(internal) when they do not.
void count_values(const Layer& layer, const Prediction& prediction, const LayerValues& values,
                  Counters& counters);

}  // namespace peeksim
