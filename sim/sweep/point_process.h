// The child's side of a point: one run, and what it says about itself as bytes.
#pragma once

#include <string>

#include "sim/sweep/point_runner.h"

namespace peeksim {

// Runs the point and returns its message. Every error is in the message.
std::string run_point(const PointJob& job, RunStore& store);

// What a message says. An incomplete one is a failure. Findings are appended.
PointOutcome read_message(const std::string& message, const PointJob& job, RunFindings& findings);

}  // namespace peeksim
