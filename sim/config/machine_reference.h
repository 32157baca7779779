// Writes the reference page of machine files from the table of keys, so that it is always complete.
#pragma once

#include <string>

#include "sim/config/vocabulary.h"

namespace peeksim {

// The reference of all keys as Markdown: key, type, unit, range, default, meaning, choices.
std::string machine_reference(const Vocabulary& vocabulary);

}  // namespace peeksim
