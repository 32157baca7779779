// Runs several machines on one trace, for a comparison.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/shell/options.h"
#include "sim/report/numbers/priced.h"

namespace peeksim {

// A priced run of each machine file, with the options of simulation_options.h. The values of the
// trace are read once, and a dense version that machines share is simulated once. Values are read
// again for every machine when they do not fit in CachedTrace::default_bytes or the engine computes
// values. quiet: without progress. Throws as load_machine(), Trace and run_trace() do.
std::vector<PricedResult> run_machines(const std::vector<std::string>& machine_paths,
                                       const std::string& trace_path, const Options& options,
                                       bool quiet);

}  // namespace peeksim
