#include "sim/engine/kernel/kernel.h"

#include "sim/base/error.h"

namespace peeksim {

void Kernel::run(const std::vector<const Module*>& modules) {
  sc_core::sc_start();
  for (const Module* module : modules) module->rethrow_failure();
}

void Kernel::require_unspent() const {
  if (!spent_) return;
  throw Error(ErrorKind::internal, "engine",
              "an earlier simulation in this process ended half-way, and its kernel cannot go on",
              "simulate in a new process");
}

}  // namespace peeksim
