// Several machines on one trace, one after another, for a comparison.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/shell/options.h"
#include "sim/report/numbers/priced.h"

namespace peeksim {

// A priced run of each machine file, with the options of simulation_options.h. The trace's values
// are read once, and dense versions that machines share are simulated once; a trace whose values do
// not fit in HeldTrace::usual_bytes, or an engine that computes values, reads them anew for every
// machine. quiet: without progress. Throws as load_machine(), Trace and run_trace() do.
std::vector<PricedResult> run_machines(const std::vector<std::string>& machine_paths,
                                       const std::string& trace_path, const Options& options,
                                       bool quiet);

}  // namespace peeksim
