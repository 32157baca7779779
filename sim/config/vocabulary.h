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

// The keys that are set but have no effect, one sentence each: most likely a mistake, worth a
// warning.
std::vector<std::string> keys_without_effect(const MachineSpec& machine,
                                             const Vocabulary& vocabulary);

}  // namespace peeksim
