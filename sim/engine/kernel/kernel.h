// The SystemC kernel as a thing that can be used up: it elaborates once and then runs job after
// job, each from the time at which the one before ended. A job that does not come to its end leaves
// processes waiting and events pending, so no other one can follow it.
#pragma once

#include <vector>

#include "sim/engine/kernel/module.h"

namespace peeksim {

class Kernel {
 public:
  // Does all of a job. Throws what the work throws, after which the kernel is spent, and
  // Error(internal) at once when it is.
  template <class Work>
  auto job(Work&& work) {
    require_unspent();
    spent_ = true;
    auto result = work();
    spent_ = false;
    return result;
  }

  // Lets time pass until nothing is left to happen. Throws what a process of the modules threw.
  static void run(const std::vector<const Module*>& modules);

 private:
  void require_unspent() const;

  bool spent_ = false;
};

}  // namespace peeksim
