// The names of predictors and dispatch policies that machine files may use.
#pragma once

#include "sim/config/load_machine.h"

namespace peeksim {

// The choices of config keys that are rows of tables: predictors and dispatch policies.
Vocabulary vocabulary();

}  // namespace peeksim
