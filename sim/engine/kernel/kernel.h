// The SystemC kernel as a thing that can be used up: it elaborates once and then runs job after
// job, each from the time at which the one before ended. A job that does not come to its end leaves
// processes waiting and events pending, so no other one can follow it. And time has an end, at some
// 10^16 cycles.
#pragma once

#include <vector>

#include "sim/engine/kernel/module.h"

namespace peeksim {

class Kernel {
 public:
  // Does all of a job. Throws what the work throws, and Error(internal) at once when an earlier one
  // ended half-way.
  template <class Work>
  auto job(Work&& work) {
    require_whole_jobs();
    ended_half_way_ = true;
    auto result = work();
    ended_half_way_ = false;
    return result;
  }

  // A job ended half-way, or half of the time is over: so every job has the other half.
  bool exhausted() const;

  // Lets time pass until nothing is left to happen. Throws what a process of the modules threw.
  static void run(const std::vector<const Module*>& modules);

 private:
  void require_whole_jobs() const;

  bool ended_half_way_ = false;
};

}  // namespace peeksim
