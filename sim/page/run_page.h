// The report of one run as a page: what its results.json says, to look at.
#pragma once

#include <string>
#include <vector>

#include "sim/page/step_strips.h"

namespace peeksim {

// results: the text of a results.json (report/results_file.h); `path` is the name that an error
// states. Throws Error(config): not a results file, incomplete, sums that do not agree.
// strips: of the same run; without them the page says how to get them.
std::string run_page(const std::string& results, const std::string& path,
                     const std::vector<StepStrip>& strips = {});

}  // namespace peeksim
