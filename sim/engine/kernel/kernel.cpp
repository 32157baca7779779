#include "sim/engine/kernel/kernel.h"

#include "sim/base/error.h"
#include "sim/engine/kernel/cycle_time.h"

namespace peeksim {

void Kernel::run(const std::vector<const Module*>& modules) {
  sc_core::sc_start();
  for (const Module* module : modules) module->rethrow_failure();
}

bool Kernel::exhausted() const {
  return failed_ || sc_core::sc_time_stamp().value() > sc_core::sc_max_time().value() / 2;
}

// A job that fits one half fits whatever ran before it.
void Kernel::require_half_time(sc_dt::uint64 start) {
  if (sc_core::sc_time_stamp().value() - start > sc_core::sc_max_time().value() / 2)
    throw_kernel_time_over();
}

void Kernel::require_usable() const {
  if (!failed_) return;
  throw Error(ErrorKind::internal, "engine",
              "an earlier simulation in this process failed, and its kernel cannot go on",
              "simulate in a new process");
}

}  // namespace peeksim
