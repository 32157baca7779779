// Says in words why a run is as fast as it is beside the same machine without prediction.
#pragma once

#include <string>
#include <vector>

#include "sim/report/numbers/priced.h"
#include "sim/report/numbers/speed_up_causes.h"

namespace peeksim {

// Sentences; the first two are a summary: what became of the saved MACs, and what the rest was lost
// to. Percentages are of the cycles without prediction unless they say otherwise. For a machine
// without prediction the only one says where its cycles went. Empty when that is not known.
std::vector<std::string> speed_up_words(const RunResult& run);

}  // namespace peeksim
