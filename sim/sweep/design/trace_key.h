// Sweep files and requests of a batch name a trace, or a workload in its place.
#pragma once

#include <string>

#include "sim/config/value.h"

namespace peeksim {

// The key that the map has of both: "trace" or "workload". Throws Error(config) when it has both,
// or none; remedy: what to do then.
std::string trace_key(const Value& map, const std::string& remedy);

}  // namespace peeksim
