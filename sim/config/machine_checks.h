// Checks of a machine that involve more than one key.
#pragma once

#include "sim/config/machine.h"

namespace peeksim {

// Throws Error(config) for keys that contradict one another: zero activations that are skipped but
// not gated, banks of an unlimited port, a port of less than one element per bank; and for a
// negative look-ahead.
void require_consistent(const MachineSpec& machine);

// Whether a layer may have the policy.
bool has_policy(const PredictionSpec& prediction, const std::string& policy);

// The keys that are set but have no effect on this machine, one sentence each.
std::vector<std::string> ineffective_keys(const MachineSpec& machine);

}  // namespace peeksim
