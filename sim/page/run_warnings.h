// What a page says to beware of in the numbers of a run.
#pragma once

#include <string>
#include <vector>

#include "sim/report/numbers/priced.h"

namespace peeksim {

// Narrow read ports, and prices that the energy table does not state, one sentence each.
std::vector<std::string> run_warnings(const PricedResult& run);

}  // namespace peeksim
