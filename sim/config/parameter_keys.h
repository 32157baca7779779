// Makes rows of the table of keys from parameters, the keys of single predictors and dispatch
// policies, and lists them together with the keys of every machine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/config/machine_keys.h"
#include "sim/config/value.h"
#include "sim/config/vocabulary.h"

namespace peeksim {

// A parameter as a key.
MachineKey key_of(const OwnedParameter& parameter);

// A parameter's value as a file would give it.
Value show_parameter(double value);

// The keys of every machine and the parameters, each at the end of its group.
std::vector<MachineKey> machine_keys(const Vocabulary& vocabulary);

// The row of a dotted path, or the parameter of that key.
std::optional<MachineKey> find_machine_key(const std::string& path, const Vocabulary& vocabulary);
bool is_machine_key(const std::string& path, const Vocabulary& vocabulary);

}  // namespace peeksim
