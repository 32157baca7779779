// A sweep as a Slurm job array: task i of n runs shard i of n into a database of its own, in the
// folder SWEEP.db.shards/ (docs/cluster.md). Queueing, placement and retry are Slurm's; what is
// decided here is which shards still need a task.
#pragma once

#include <string>
#include <vector>

#include "sim/sweep/design/sweep_plan.h"

namespace peeksim {

struct SlurmArray {
  std::string database;   // the sweep's, that the shards will be merged into
  std::size_t tasks = 0;  // of the array, which are the sweep's shards; 0: chosen from the points
  std::vector<std::string> sbatch_options;  // the user's, as they are
  std::vector<std::string> sweep_options;   // of each task's `peeksim sweep`, beside its own
  std::size_t jobs = 0;     // points at a time in a task; 0: one per processor that Slurm gives it
  bool failed_too = false;  // a shard with points that failed needs a task
};

struct SlurmSubmission {
  std::size_t shards = 0;
  std::size_t complete = 0;            // have nothing left to run
  std::vector<std::size_t> queued;     // have a task in Slurm's queue, waiting or running
  std::vector<std::size_t> submitted;  // got one now
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
