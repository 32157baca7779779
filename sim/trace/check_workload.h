// Compares a trace's layers with those of a workload.
#pragma once

#include <string>

#include "sim/trace/trace.h"

namespace peeksim {

// Throws Error(trace) unless the trace's layers are the workload's: same names, order and shapes.
void check_workload(const TraceInfo& trace, const std::string& workload_path);

}  // namespace peeksim
