// The report of one run as an HTML page, made from its results.json: `peeksim report`.
#pragma once

#include <string>
#include <vector>

#include "sim/page/step_strips.h"

namespace peeksim {

// results: the text of a results.json (report/results_file.h); errors name `path`. Throws
// Error(config): not a results file, incomplete, sums that do not agree. strips: of the same run;
// without them the page tells how to get them.
std::string run_page(const std::string& results, const std::string& path,
                     const std::vector<StepStrip>& strips = {});

}  // namespace peeksim
