#include "sim/engine/kernel/kernel.h"

#include "sim/base/error.h"

namespace peeksim {

void Kernel::run(const std::vector<const Module*>& modules) {
  sc_core::sc_start();
  for (const Module* module : modules) module->rethrow_failure();
}

bool Kernel::exhausted() const {
  return failed_ || sc_core::sc_time_stamp().value() > sc_core::sc_max_time().value() / 2;
}

void Kernel::require_usable() const {
  if (!failed_) return;
  throw Error(ErrorKind::internal, "engine",
              "an earlier simulation in this process failed, and its kernel cannot go on",
              "simulate in a new process");
}

}  // namespace peeksim
