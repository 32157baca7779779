// Options of all commands that simulate machines on a trace.
#pragma once

#include "sim/cli/shell/options.h"

namespace peeksim {

// --engine, --set, --images.
void add_simulation_options(Options& options);

// The file of --trace, or where there is none that of --workload. Throws Error(trace) and
// Error(config) when it is the other kind of file. REQUIRES: one of both is given.
std::string trace_or_workload(const Options& options);

// 0: all of the trace's. Throws Error(usage).
int images_to_run(const Options& options);

}  // namespace peeksim
