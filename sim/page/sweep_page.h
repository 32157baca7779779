// The results of a sweep as a page: every finished point, its machine, and the command that runs it
// again. Its data is columns, a text that many points share is written once, so that ten thousand
// points stay a small file.
#pragma once

#include <string>

#include "sim/sweep/sweep_sources.h"

namespace peeksim {

// The columns that `sweep_page` wants to have been read: every metric, in the order of metrics().
RowQuery sweep_page_query(const std::string& scope);

// The data as JSON (docs/sweep-report.md). REQUIRES: read with sweep_page_query(scope).
std::string sweep_page_data(const SweepReading& reading, const std::string& scope);

std::string sweep_page(const SweepReading& reading, const std::string& scope);

}  // namespace peeksim
