// `peeksim sweep --slurm`: submits a sweep to Slurm and prints what to do next.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/shell/options.h"
#include "sim/sweep/design/sweep_plan.h"

namespace peeksim {

// The value of --slurm: options for sbatch, and those of this program.
struct SlurmOptions {
  std::vector<std::string> sbatch;
  std::size_t tasks = 0;      // --array-size; 0: not given
  std::size_t at_a_time = 0;  // its number after %; 0: no limit
};

// `options` are those of `peeksim sweep`. Throws Error(usage): unbalanced quotes,
// a bad --array-size, an option that peeksim sets itself.
SlurmOptions slurm_options(const Options& options);

// Submits the shards that are not complete and prints how to continue. Throws Error as
// submit_to_slurm.
void submit_sweep(const SweepPlan& plan, const SlurmOptions& slurm, const Options& options);

}  // namespace peeksim
