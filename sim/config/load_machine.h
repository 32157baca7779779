// Machine files: strict YAML with `extends:` and command-line overrides, read into a MachineSpec.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/config/machine.h"
#include "sim/config/value.h"
#include "sim/config/vocabulary.h"

namespace peeksim {

// Reads `path`, the files that it extends (relative to its folder; cycles are an error), then the
// overrides, each "key=value" with the value in YAML. Throws Error(config) with file:line:key.
MachineSpec load_machine(const std::string& path, const std::vector<std::string>& overrides,
                         const Vocabulary& vocabulary);

// Keys with their values; each value knows its location in a file.
using KeyValues = std::vector<std::pair<std::string, Value>>;

// The keys of a partial machine, nested or dotted ({array: {rows: 8}} or {array.rows: 8}), sorted
// by dotted path. Throws Error(config): unknown key, `extends`, a group in one line.
KeyValues partial_machine(const Value& map, const Vocabulary& vocabulary);

// A machine file that is read once and gives many machines, which differ in some keys.
class MachineTemplate {
 public:
  // Throws Error(config) as load_machine.
  MachineTemplate(const std::string& path, const Vocabulary& vocabulary);
  // For a machine inside another file: the path in `extends` is relative to that file.
  MachineTemplate(const Value& tree, const Vocabulary& vocabulary);

  // The machine with these keys on top, later ones winning. Throws Error(config) at the value.
  MachineSpec with(const KeyValues& keys, const Vocabulary& vocabulary) const;
  // The same without the checks that concern several keys, for a machine that lacks some of its
  // keys.
  MachineSpec part_with(const KeyValues& keys, const Vocabulary& vocabulary) const;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::map<std::string, Value> settings_;
};

// Reads back a tree that show_machine() made, as in the results of a run.
MachineSpec machine_from_tree(const Value& tree, const Vocabulary& vocabulary);

}  // namespace peeksim
