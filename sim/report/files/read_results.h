// Reads a results.json, as strictly as any other input: it may have been edited or cut short.
#pragma once

#include <string>

#include "sim/report/numbers/priced.h"
#include "sim/run/result.h"

namespace peeksim {

// Reads a results.json and those of its prices that comparisons show: energies of the machine, its
// area. A counter that is missing in all of the file is unknown. Throws Error(config):
// missing, not a results file, another schema version, incomplete, sums that do not agree.
PricedResult read_stored_run(const std::string& path);
RunResult read_results(const std::string& path);

// The same for the text of such a file; errors name `path`.
PricedResult parse_results(const std::string& text, const std::string& path);

// The text of a file of results, for parse_results(). Throws Error(config) when it cannot be read.
std::string read_results_text(const std::string& path);

}  // namespace peeksim
