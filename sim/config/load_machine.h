// Machine files: strict YAML with `extends:` and command-line overrides, read into a MachineSpec.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/config/machine.h"
#include "sim/config/value.h"

namespace peeksim {

// A name that a key may take, with one line of explanation.
struct Choice {
  std::string name;
  std::string meaning;
};

// The choices of the keys whose values are rows of a table in a later room (predictors, dispatch
// policies), by key: {"array.dispatch", {{"gate", "..."}, ...}}.
using Vocabulary = std::map<std::string, std::vector<Choice>>;

// Reads `path`, the files that it extends (relative to its folder; cycles are an error), then the
// overrides, each "key=value" with the value in YAML. Throws Error(config) with file:line:key.
MachineSpec load_machine(const std::string& path, const std::vector<std::string>& overrides,
                         const Vocabulary& vocabulary);

// Keys and their values, each at its own place in a file.
using KeyValues = std::vector<std::pair<std::string, Value>>;

// The keys of a partial machine, nested or dotted ({array: {rows: 8}} or {array.rows: 8}), sorted
// by dotted path. Throws Error(config): unknown key, `extends`, a group in one line.
KeyValues partial_machine(const Value& map);

// A machine file, read once, to make many machines of it that differ in some keys.
class MachineTemplate {
 public:
  // Throws Error(config) as load_machine.
  explicit MachineTemplate(const std::string& path);
  // Of a machine that was read with something else: what it extends is found from the folder of
  // the tree's own place.
  explicit MachineTemplate(const Value& tree);

  // The machine with these keys on top, later ones winning. Throws Error(config) at the value.
  MachineSpec with(const KeyValues& keys, const Vocabulary& vocabulary) const;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::map<std::string, Value> settings_;
};

// The machine of a tree that show_machine made, as a saved run keeps it.
MachineSpec machine_from_tree(const Value& tree, const Vocabulary& vocabulary);

// Every key of the resolved machine, defaults included, as a tree; reading it back with
// load_machine gives the same machine. Channel thresholds appear under
// prediction.channel_thresholds, and thresholds_file is left out then.
Value show_machine(const MachineSpec& machine);

// The reference of all keys as Markdown: key, type, unit, range, default, meaning, choices.
std::string machine_reference(const Vocabulary& vocabulary);

}  // namespace peeksim
