// The child's side of a point: one run, and what it says about itself as bytes.
#pragma once

#include <string>

#include "sim/sweep/point_runner.h"

namespace peeksim {

// Runs the point and returns its message. Every error is in the message, and so is the time since
// `start`, when the process began.
std::string run_point(const PointJob& job, RunStore& store,
                      std::chrono::steady_clock::time_point start);

// What a message says. An incomplete one is a failure. Findings are appended.
PointOutcome read_message(const std::string& message, const PointJob& job, RunFindings& findings);

}  // namespace peeksim
