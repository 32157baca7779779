// Runs points, each in a process of its own, some at a time. The process that owns the runner never
// touches SystemC, whose kernel elaborates once per process: its children do. They inherit the
// traces and everything that earlier points found out, and send back what they found.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/sweep/held_trace.h"
#include "sim/sweep/run_store.h"
#include "sim/system/run.h"

namespace peeksim {

struct PointJob {
  std::uint64_t id = 0;  // the caller's own
  MachineSpec machine;
  std::shared_ptr<const HeldTrace> trace;  // all the images that it holds are run
  double deadline = 0;                     // seconds; 0: none
};

struct PointOutcome {
  std::uint64_t id = 0;
  RunResult result;  // of a point that did not fail
  bool failed = false;
  ErrorKind kind = ErrorKind::internal;  // of the failure
  std::string error;                     // one line
  double seconds = 0;                    // wall time of the process
};

class PointRunner {
 public:
  explicit PointRunner(std::size_t jobs);
  ~PointRunner();  // ends what still runs
  PointRunner(const PointRunner&) = delete;
  PointRunner& operator=(const PointRunner&) = delete;

  std::size_t running() const { return children_.size(); }
  bool full() const { return children_.size() >= jobs_; }

  // Starts a point. REQUIRES: !full(). Throws Error(usage) when the system has no process left.
  void start(PointJob job);

  // Waits until a point has ended, a signal came, or this much time is over; returns all points
  // that have ended, failed ones too, in the order of their starts. Returns at once when nothing
  // runs.
  std::vector<PointOutcome> wait(std::chrono::milliseconds most);

  // Readable when wait() has something to return or to read: for callers that wait for more.
  std::vector<int> descriptors() const;

 private:
  struct Child;

  void read_from_children(std::chrono::milliseconds most);
  PointOutcome outcome_of(Child& child);

  std::size_t jobs_;
  RunStore store_;
  std::vector<std::unique_ptr<Child>> children_;  // in the order of their starts
};

}  // namespace peeksim
