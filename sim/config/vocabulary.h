// What the tables of later rooms add to machine files: names that keys may take, and keys of their
// own that come with a name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/base/span.h"
#include "sim/config/machine.h"
#include "sim/config/parameter.h"

namespace peeksim {

// A name that a key may take, with one line of explanation, and the keys that belong to it.
struct Choice {
  std::string name;
  std::string meaning;
  Span<Parameter> parameters = {};
};

// The choices of the keys whose values are rows of a table in a later room (predictors, dispatch
// policies), by key: {"array.dispatch", {{"gate", "..."}, ...}}.
using Vocabulary = std::map<std::string, std::vector<Choice>>;

// Who has a parameter: some choices of one key, more than one when they share it.
struct OwnedParameter {
  Parameter parameter;
  std::string chooser;              // "array.dispatch"
  std::vector<std::string> owners;  // names that the chooser may take

  // "array.dispatch novel or other"
  std::string owners_text() const;
  // Whether the machine, or what it says of some layers, has chosen one of the owners.
  bool counts_in(const MachineSpec& machine) const;
};

// All parameters, sorted by key. Throws Error(internal) for one that is declared badly: outside its
// chooser's group, under the key of another, with a default out of range.
std::vector<OwnedParameter> parameters_of(const Vocabulary& vocabulary);

// What is set and has no effect because none of its owners is chosen, each as a sentence: most
// likely a slip, worth a warning.
std::vector<std::string> idle_parameters(const MachineSpec& machine, const Vocabulary& vocabulary);

}  // namespace peeksim
