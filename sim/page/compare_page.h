// A comparison of runs as an HTML page: `peeksim compare --html`.
#pragma once

#include <string>
#include <vector>

#include "sim/report/numbers/compare.h"

namespace peeksim {

// paths: the files of the runs or machines.
std::string compare_page(const Comparison& comparison, const std::vector<PricedResult>& runs,
                         const std::vector<std::string>& paths);

}  // namespace peeksim
