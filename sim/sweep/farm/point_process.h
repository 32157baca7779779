// The process of a point: one run, and what it says about itself as bytes.
#pragma once

#include <string>

#include "sim/sweep/farm/channel.h"
#include "sim/sweep/farm/point_job.h"
#include "sim/sweep/farm/run_store.h"

namespace peeksim {

// Runs the point, and sends what it found out and then its result. Every error is in the result. A
// point with a deadline ends itself there, with SIGALRM. False when nobody listens.
bool run_point(const JobMaker& make, std::uint64_t id, RunStore& store, const Channel& to);

// What a point found out; nothing when the bytes are not whole.
RunFindings read_findings(const std::string& bytes);

// What a result says. An incomplete one is a failure.
PointOutcome read_result(const std::string& bytes, const PointJob& job);

}  // namespace peeksim
