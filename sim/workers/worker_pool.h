// Workers, and which of them does what. A worker lasts from job to job; one that has died, passed a
// deadline or is spent is replaced when there is a job for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/workers/worker.h"

namespace peeksim {

// What became of a job: a reply, or an error in one line.
struct JobOutcome {
  std::uint64_t id = 0;  // the caller's own
  bool failed = false;
  ErrorKind kind = ErrorKind::internal;  // of the error
  std::string text;
  double seconds = 0;  // wall time of the job
};

class WorkerPool {
 public:
  // Jobs in flight at a time, and what a worker does with one. Workers are forked when they are
  // needed first. `runner` outlives the pool.
  WorkerPool(std::size_t jobs, JobRunner& runner);

  // The number of a worker that is idle, of 0 ... jobs-1; none: all are busy.
  std::optional<std::size_t> idle() const;
  std::size_t in_flight() const;

  // deadline: in seconds; a job that takes longer fails; 0: none. REQUIRES: the worker is idle.
  // Throws Error(usage) when the system has no process left.
  void start(std::size_t worker, std::uint64_t id, const std::string& job, double deadline = 0);

  // Waits until a job has ended, a signal came, or this much time is over. Returns at once when
  // nothing is in flight. The outcomes of all jobs that have ended, failed ones too.
  std::vector<JobOutcome> wait(std::chrono::milliseconds most);

  // From now on jobs are done by processes that have what this one has now.
  void renew();

  // Readable when wait() has something to return or to read: for callers that wait for more.
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
