// The words that machine files may use for policies.
#pragma once

#include "sim/config/load_machine.h"

namespace peeksim {

// The choices of config keys that are rows of tables: predictors and dispatch policies.
Vocabulary vocabulary();

}  // namespace peeksim
