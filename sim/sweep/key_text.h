// Machine keys by name, and their values as a word in a table.
#pragma once

#include <string>

#include "sim/config/machine_keys.h"
#include "sim/config/value.h"

namespace peeksim {

// The row of a key. Throws Error(config) at `where` with a suggestion.
const MachineKey& require_machine_key(const std::string& path, const Value& where);

// A value in one line, as YAML would have it in a list.
std::string one_line(const Value& value);

}  // namespace peeksim
