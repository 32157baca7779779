// The work of a sweep's worker process: runs a point of the plan and prices it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "sim/sweep/design/sweep_plan.h"
#include "sim/sweep/machines/machine_runs.h"
#include "sim/workers/worker.h"

namespace peeksim {

class PointRunner : public JobRunner {
 public:
  // The plan must outlive this, its points unchanged.
  explicit PointRunner(SweepPlan& plan);

  // Reads the trace of a point, in the process that forks the workers. Returns whether it is
  // a different trace than before, which existing workers do not have. Throws as CachedTrace.
  bool prepare(std::size_t number);

  // job: the number of a point whose trace is prepared. The reply: its serialized PointRows.
  std::string run(const std::string& job) override;
  bool exhausted() const override { return runs_.exhausted(); }

 private:
  SweepPlan& plan_;
  std::size_t prepared_ = 0;                  // index of the trace, when there is one
  std::shared_ptr<const CachedTrace> trace_;  // null: none is prepared
  MachineRuns runs_;
};

}  // namespace peeksim
