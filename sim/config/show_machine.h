// Turns a MachineSpec back into the tree of a machine file, every key in the order of the table.
#pragma once

#include "sim/config/machine.h"
#include "sim/config/value.h"

namespace peeksim {

// Every key of the resolved machine, defaults included, as a tree; reading it back with
// load_machine gives the same machine. Channel thresholds appear under
// prediction.channel_thresholds, and thresholds_file is left out then. Parameters end their group:
// those that were set, and those of the chosen policies.
Value show_machine(const MachineSpec& machine);

}  // namespace peeksim
