// Finds machine keys by their dotted path, and writes numbers as machine files give them.
#pragma once

#include <string>

#include "sim/config/machine_keys.h"
#include "sim/config/value.h"

namespace peeksim {

// The key of that path. Throws Error(config) at `where` with a suggestion.
MachineKey require_machine_key(const std::string& path, const Value& where,
                               const Vocabulary& vocabulary);

// Rounded to twelve digits, which are the same on every computer although the last bits of pow()
// are not.
Value number_value(double number, const Location& where);

}  // namespace peeksim
