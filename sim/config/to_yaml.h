// Writes a tree as YAML text that the strict reader reads back as the same tree.
#pragma once

#include <string>

#include "sim/config/value.h"

namespace peeksim {

// The tree as YAML text, lists of scalars in one line; ends in a newline.
std::string to_yaml(const Value& value);

}  // namespace peeksim
