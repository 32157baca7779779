// Options of all commands that simulate machines on a trace.
#pragma once

#include "sim/cli/shell/options.h"

namespace peeksim {

// --engine, --set, --images.
void add_simulation_options(Options& options);

// 0: all of the trace's. Throws Error(usage).
int images_to_run(const Options& options);

}  // namespace peeksim
