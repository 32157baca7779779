// The report of one run as a page: what its results.json says, to look at.
#pragma once

#include <string>

namespace peeksim {

// results: the text of a results.json (report/results_file.h). Throws Error(config) when it is
// none.
std::string run_page(const std::string& results);

}  // namespace peeksim
