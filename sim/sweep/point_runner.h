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

  // Points that run, or whose outcome has not been taken.
  std::size_t in_work() const { return children_.size(); }
  bool full() const;  // as many run as may

  // Starts a point. REQUIRES: !full(). Throws Error(usage) when the system has no process left.
  void start(PointJob job);

  // Waits until a point has ended, a signal came, or this much time is over. Returns at once when
  // nothing runs.
  void wait(std::chrono::milliseconds most);

  // The outcomes of all points that have ended, failed ones too, in the order of their starts.
  // Apart from wait(), so that others can start before this process has read what came back.
  std::vector<PointOutcome> take_ended();

  // Readable when wait() has something to return or to read: for callers that wait for more.
  std::vector<int> descriptors() const;

 private:
  struct Child;

  PointOutcome outcome_of(Child& child);

  std::size_t jobs_;
  RunStore store_;
  std::vector<std::unique_ptr<Child>> children_;  // in the order of their starts
};

}  // namespace peeksim
