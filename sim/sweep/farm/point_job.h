// What a point is and what became of it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "sim/base/error.h"
#include "sim/run/result.h"
#include "sim/sweep/farm/held_trace.h"

namespace peeksim {

struct PointJob {
  std::uint64_t id = 0;  // the caller's own
  MachineSpec machine;
  std::shared_ptr<const HeldTrace> trace;  // all the images that it holds are run
  double deadline = 0;                     // seconds; 0: none
};

// Makes the job of an id.
using JobMaker = std::function<PointJob(std::uint64_t)>;

struct PointOutcome {
  std::uint64_t id = 0;
  RunResult result;  // of a point that did not fail
  bool failed = false;
  ErrorKind kind = ErrorKind::internal;  // of the failure
  std::string error;                     // one line
  double seconds = 0;                    // wall time of the process
};

}  // namespace peeksim
