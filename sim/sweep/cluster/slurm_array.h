// A sweep as a Slurm job array: task i of n runs shard i of n into a database of its own, in the
// folder SWEEP.db.shards/ (docs/cluster.md). Slurm queues, places and restarts tasks; this file
// decides which shards still need one.
#pragma once

#include <string>
#include <vector>

#include "sim/sweep/design/sweep_plan.h"

namespace peeksim {

struct SlurmArray {
  std::string database;       // of the sweep, into which the shards will be merged
  std::size_t tasks = 0;      // in the array, one per shard; 0: chosen by the number of points
  std::size_t at_a_time = 0;  // of those, how many may run; 0: as many as Slurm likes
  std::vector<std::string> sbatch_options;  // given by the user, passed on unchanged
  std::vector<std::string> sweep_options;   // more options for `peeksim sweep` in each task
  std::size_t jobs = 0;  // points at a time in a task; 0: one per processor that Slurm gives it
  bool retry_failed = false;  // a shard with failed points needs a task too
};

struct SlurmSubmission {
  std::size_t shards = 0;
  std::size_t complete = 0;            // all of their points have run
  std::vector<std::size_t> queued;     // have a task in Slurm's queue
  std::vector<std::size_t> submitted;  // got a task now
  std::string job;                     // Slurm's number of the array; "" when nothing was submitted
  std::string script;                  // of every task
  std::string databases;               // of all shards, as a shell takes them
};

// Submits a task for each shard that has points to run and none in the queue. Throws
// Error(cluster): Slurm is not there, or it refused; Error(output): the folder cannot be written;
// Error(config): a shard's database is damaged.
SlurmSubmission submit_to_slurm(const SweepPlan& plan, const SlurmArray& array);

// {1, 2, 3, 7} -> "1-3,7", as sbatch takes it. REQUIRES: ascending.
std::string ranges_of(const std::vector<std::size_t>& numbers);

// The text as one word of a POSIX shell, in quotes where it needs them.
std::string shell_word(const std::string& text);

}  // namespace peeksim
