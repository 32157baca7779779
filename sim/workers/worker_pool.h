// A fork server: a pool of worker processes. A worker runs many jobs; one that has died, missed a
// deadline or is exhausted is replaced when the next job needs it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/workers/worker.h"

namespace peeksim {

// The outcome of a job: a reply, or a one-line error.
struct JobOutcome {
  std::uint64_t id = 0;  // the caller's own
  bool failed = false;
  ErrorKind kind = ErrorKind::internal;  // of the error
  std::string text;
  double seconds = 0;  // wall time of the job
};

// How long callers wait at most before they look for a signal again: one may arrive between a look
// and the wait after it.
constexpr std::chrono::milliseconds poll_interval{200};

class WorkerPool {
 public:
  // jobs: the maximum in flight, one per worker. Workers are forked when they are first needed.
  // `runner` outlives the pool.
  WorkerPool(std::size_t jobs, JobRunner& runner);

  // The index of an idle worker, 0 … jobs-1; none: all are busy.
  std::optional<std::size_t> idle() const;
  std::size_t in_flight() const;

  // deadline: in seconds; a job that takes longer fails; 0: none. REQUIRES: the worker is idle.
  // Throws Error(usage) when the system has no process left.
  void start(std::size_t worker, std::uint64_t id, const std::string& job, double deadline = 0);

  // Waits for the end of a job, a signal or the timeout, and returns the outcomes of all jobs that
  // have ended, failed ones included. Returns at once when nothing is in flight.
  std::vector<JobOutcome> wait(std::chrono::milliseconds timeout);

  // Replaces the workers by new forks of this process, with its current memory; busy ones after
  // their job.
  void renew();

  // Sockets of the busy workers, for callers that poll other files too. Readable: call wait().
  std::vector<int> descriptors() const;

 private:
  struct Place {
    std::unique_ptr<Worker> worker;  // null: to be forked for the next job
    bool busy = false;
    bool outdated = false;  // to be replaced when it is idle
    std::uint64_t id = 0;
    double deadline = 0;
    std::chrono::steady_clock::time_point started;
  };

  static std::optional<JobOutcome> outcome_at(Place& place);

  JobRunner& runner_;
  std::vector<Place> places_;
};

}  // namespace peeksim
