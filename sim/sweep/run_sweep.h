// Runs a sweep: simulates the points of a plan that the database lacks, several at a time, and
// writes each soon after it has finished.
#pragma once

#include <functional>
#include <vector>

namespace peeksim {

class SweepDatabase;
class SweepPlan;

// What one of `count` tasks of a cluster runs: every count-th point, from the index-th on.
struct Shard {
  std::size_t index = 1, count = 1;  // 1 <= index <= count
};

struct SweepProgress {
  std::size_t ended = 0, to_run = 0, failed = 0;  // during this call
  double seconds = 0;                             // since its start
};

struct SweepOptions {
  std::size_t jobs = 1;
  Shard shard;
  double deadline = 0;                                 // seconds for each point; 0: none
  std::size_t limit = 0;                               // run this many at most; 0: all
  bool retry_failed = false;                           // run failed points again
  std::function<void(const SweepProgress&)> progress;  // none: not called
  std::function<bool()> interrupted;                   // none: never
};

// Returns how many points it ran and how many of them failed. Throws Error(interrupted), after
// which the database holds all points that have finished; Error(output) when it cannot be written,
// Error(trace) for a trace that cannot be read.
SweepProgress run_sweep(SweepPlan& plan, SweepDatabase& database, const SweepOptions& options);

// The indices in the plan of a shard's points.
std::vector<std::size_t> points_of(const SweepPlan& plan, Shard shard);

}  // namespace peeksim
