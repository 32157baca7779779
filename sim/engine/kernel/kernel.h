// Runs jobs one after another on the SystemC kernel, which elaborates once per process. Each job
// starts at the time at which the previous one ended. A job that fails leaves waiting processes and
// pending events, so no other job can follow; and kernel time ends at some 10^16 cycles.
#pragma once

#include <vector>

#include "sim/engine/kernel/module.h"

namespace peeksim {

class Kernel {
 public:
  // Runs a job. Throws what the work throws, Error(internal) when an earlier job has failed, and
  // Overflow when it took more than half of the kernel's time.
  template <class Work>
  auto job(Work&& work) {
    require_usable();
    failed_ = true;
    const sc_dt::uint64 start = sc_core::sc_time_stamp().value();
    auto result = work();
    require_half_time(start);
    failed_ = false;
    return result;
  }

  // Whether a job has failed, or half of the kernel's time is over: every job may take as long as
  // the other half.
  bool exhausted() const;

  // Runs until no event is left. Throws what a process of the modules threw.
  static void run(const std::vector<const Module*>& modules);

 private:
  void require_usable() const;
  static void require_half_time(sc_dt::uint64 start);  // ticks

  bool failed_ = false;
};

}  // namespace peeksim
