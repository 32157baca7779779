// results.json: a finished run, complete enough to be priced and printed again
// (docs/results-format.md). The same run gives the same bytes.
#pragma once

#include <string>

#include "sim/report/numbers/priced.h"

namespace peeksim {

constexpr const char* results_schema = "peeksim-results";
constexpr int results_schema_version = 1;  // raised when older readers would misread the file

std::string results_json(const PricedResult& priced);

}  // namespace peeksim
