// The reference page of machine files, written from the table of keys: it cannot fall behind.
#pragma once

#include <string>

#include "sim/config/vocabulary.h"

namespace peeksim {

// The reference of all keys as Markdown: key, type, unit, range, default, meaning, choices.
std::string machine_reference(const Vocabulary& vocabulary);

}  // namespace peeksim
