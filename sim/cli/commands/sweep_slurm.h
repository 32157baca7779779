// `peeksim sweep --slurm`: hands a sweep to Slurm and says what to do next.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/shell/options.h"
#include "sim/sweep/design/sweep_plan.h"

namespace peeksim {

// The value of --slurm: words for sbatch, and what is this program's own.
struct SlurmOptions {
  std::vector<std::string> sbatch;
  std::size_t tasks = 0;  // --array-size; 0: not given
};

// `options` are those of `peeksim sweep`. Throws Error(usage): quotes that a shell would not take,
// a bad --array-size, an option that is peeksim's to choose.
SlurmOptions slurm_options(const Options& options);

// Submits what is left of the sweep and prints how to go on. Throws Error as submit_to_slurm.
void submit_sweep(const SweepPlan& plan, const SlurmOptions& slurm, const Options& options);

}  // namespace peeksim
