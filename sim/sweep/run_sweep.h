// Runs what is left of a sweep: the points of a plan that the database does not have, some at a
// time, each written soon after it has ended.
#pragma once

#include <functional>
#include <vector>

namespace peeksim {

class SweepDatabase;
class SweepPlan;

// Every n-th point from the i-th on, 1 <= i <= n: what one of n tasks of a cluster runs.
struct Shard {
  std::size_t number = 1, of = 1;
};

struct SweepProgress {
  std::size_t ended = 0, to_run = 0, failed = 0;  // in this call
  double seconds = 0;                             // since its first point
};

struct SweepOptions {
  std::size_t jobs = 1;
  Shard shard;
  double deadline = 0;                                 // seconds for each point; 0: none
  std::size_t limit = 0;                               // run this many at most; 0: all
  bool failed_too = false;                             // run points that failed earlier once more
  std::function<void(const SweepProgress&)> progress;  // none: nobody listens
  std::function<bool()> interrupted;                   // none: never
};

// Returns how this call ended: points that it ran, and how many of them failed. Throws
// Error(interrupted), after which the database holds all that ended; Error(output) when it cannot
// be written, Error(trace) for a trace that cannot be read.
SweepProgress run_sweep(SweepPlan& plan, SweepDatabase& database, const SweepOptions& options);

// The plan's numbers of a shard's points.
std::vector<std::size_t> points_of(const SweepPlan& plan, Shard shard);

}  // namespace peeksim
