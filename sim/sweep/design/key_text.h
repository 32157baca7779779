// Finds machine keys by their dotted path.
#pragma once

#include <string>

#include "sim/config/machine_keys.h"
#include "sim/config/value.h"

namespace peeksim {

// The key of that path. Throws Error(config) at `where` with a suggestion.
MachineKey require_machine_key(const std::string& path, const Value& where,
                               const Vocabulary& vocabulary);

}  // namespace peeksim
