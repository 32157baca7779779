// What the tables of predictors, dispatch policies and the like add to machine files: the names
// that a key may take, and the keys that come with a name.
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
  int reads_per_row = 1;  // of array.dispatch: activations for each row and lane (ports.h)
};

// The choices of the keys whose values are rows of such a table, by key: {"array.dispatch",
// {{"gate", "..."}, ...}}.
using Vocabulary = std::map<std::string, std::vector<Choice>>;

// A parameter with the choices that have it; more than one when they share it.
struct OwnedParameter {
  Parameter parameter;
  std::string chooser;              // "array.dispatch"
  std::vector<std::string> owners;  // names that the chooser may take

  // "array.dispatch novel or other"
  std::string owners_text() const;
  // Whether the machine chooses one of the owners, for all layers or for some.
  bool applies_to(const MachineSpec& machine) const;
};

// All parameters, sorted by key. Throws Error(internal) for one that is declared badly: outside its
// chooser's group, under the key of another, with a default out of range.
std::vector<OwnedParameter> parameters_of(const Vocabulary& vocabulary);

// What is most likely a mistake, one sentence each: keys that are set but have no effect, read
// ports that are narrower than the array.
std::vector<std::string> machine_warnings(const MachineSpec& machine, const Vocabulary& vocabulary);

}  // namespace peeksim
