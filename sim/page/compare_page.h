// Finished runs beside each other, as a page.
#pragma once

#include <string>
#include <vector>

#include "sim/report/numbers/compare.h"

namespace peeksim {

// paths: of the runs' files.
std::string compare_page(const Comparison& comparison, const std::vector<PricedResult>& runs,
                         const std::vector<std::string>& paths);

}  // namespace peeksim
