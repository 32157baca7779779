// What no single key of a machine can be blamed for.
#pragma once

#include "sim/config/machine.h"

namespace peeksim {

// Throws Error(config) for keys that contradict one another: zero activations that are skipped but
// not gated, banks of an unlimited port, a port of less than one element per bank; and for a
// negative look-ahead.
void require_consistent(const MachineSpec& machine);

// What every machine may set and has no effect in this one, each as a sentence.
std::vector<std::string> idle_keys(const MachineSpec& machine);

}  // namespace peeksim
