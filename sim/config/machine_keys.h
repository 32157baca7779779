// The table of all keys of a machine file. Reading, showing and the reference page all follow
// from it: a new key is one field in machine.h and one row in machine_keys.cpp. Keys that belong to
// one predictor or dispatch policy are not in it, but in parameter_keys.h.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/config/value.h"
#include "sim/config/vocabulary.h"

namespace peeksim {

struct MachineKey {
  std::string path;  // "array.rows"
  std::string type;
  std::string unit;             // "" when it has none
  std::string range;            // "" when any value of the type will do
  std::string meaning;          // what it is, and why one would change it
  std::vector<Choice> choices;  // the names that it may take; empty: see the vocabulary

  // Checks a value and stores it. Throws Error(config) at the value's place.
  std::function<void(const Value&, const Vocabulary&, MachineSpec&)> read;
  // The value as a file would give it; nothing when the key is left out.
  std::function<Value(const MachineSpec&)> show;
  // For a second spelling: the key that sets the same.
  std::string same_as = {};
  // Whether machines are shown with it: not with the other spelling, nor with nothing to show.
  std::function<bool(const MachineSpec&)> shown = [](const MachineSpec&) { return true; };
};

// The keys of every machine.
const std::vector<MachineKey>& machine_keys();

// The row of a dotted path, or nullptr.
const MachineKey* find_machine_key(const std::string& path);

// The names that `key` may take: its own choices, else those of the vocabulary.
std::vector<Choice> choices_of(const MachineKey& key, const Vocabulary& vocabulary);

// "array.rows" is the leaf "rows" of the group "array"; a key without a dot has the group "".
std::string group_of(const std::string& path);
std::string leaf_of(const std::string& path);

}  // namespace peeksim
