// Machine keys by name.
#pragma once

#include <string>

#include "sim/config/machine_keys.h"
#include "sim/config/value.h"

namespace peeksim {

// The row of a key. Throws Error(config) at `where` with a suggestion.
const MachineKey& require_machine_key(const std::string& path, const Value& where);

}  // namespace peeksim
