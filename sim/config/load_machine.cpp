// Merges files and overrides into one value per key, then reads the values through the table of
// keys. The files that a file extends come first, then the file, then the overrides in the order
// given; the last value wins.
#include "sim/config/load_machine.h"

#include <functional>
#include <set>

#include "sim/base/data_folder.h"
#include "sim/base/paths.h"
#include "sim/config/machine_checks.h"
#include "sim/config/machine_keys.h"
#include "sim/config/parameter_keys.h"
#include "sim/config/ports.h"
#include "sim/config/prediction_values.h"
#include "sim/config/read_yaml.h"
#include "sim/config/settings.h"

namespace peeksim {

namespace {

// Reads machine files, parents first, into one value per key.
class FileReader {
 public:
  explicit FileReader(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  Settings file(const std::string& path) {
    read_file(path);
    return std::move(settings_);
  }
  // The same for a machine that has been parsed from the file `path`.
  Settings tree(const Value& tree, const std::string& path) {
    read_tree(tree, path);
    return std::move(settings_);
  }

 private:
  void read_file(const std::string& path) {
    const Value file = read_yaml(path);
    chain_.push_back(path);
    in_chain_.insert(path_behind_links(path));
    read_tree(file, path);
  }
  void read_tree(const Value& tree, const std::string& path);

  const Vocabulary& vocabulary_;
  std::vector<std::string> chain_;  // the file that the user named, what it extends, and so on
  std::set<std::string> in_chain_;  // the same, by the paths behind all links
  Settings settings_;
};

void FileReader::read_tree(const Value& tree, const std::string& path) {
  if (const Value* extends = tree.find("extends")) {
    const std::string parent = input_file(extends->text(), path);
    require_file(parent, "the machine file", extends->where(), check_path(extends->text(), path));
    if (in_chain_.count(path_behind_links(parent)) > 0) {
      std::string circle;
      for (const std::string& name : chain_) circle += name + " -> ";
      extends->fail("the files extend each other in a circle: " + circle + parent,
                    "remove one extends");
    }
    read_file(parent);
  }
  overlay(flatten(tree, vocabulary_), settings_);
}

Settings read_override(const std::string& text, const Vocabulary& vocabulary) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw Error(ErrorKind::config, "--set", "expected key=value, found '" + text + "'",
                "for example --set prediction.threshold=0.1");
  }
  const std::string path = text.substr(0, equals);
  const Location where{"--set", 0, path};
  if (is_group(path)) {
    throw Error(ErrorKind::config, where, "is a group of keys",
                "set its keys one by one, as in --set " + path + ".key=value");
  }
  if (!is_machine_key(path, vocabulary)) unknown_key(path, {"--set", 0, ""}, vocabulary);
  return {{path, parse_yaml(text.substr(equals + 1), "--set", path)}};
}

// Finds the value of a key, or nullptr.
using FindSetting = std::function<const Value*(const std::string& path)>;

const Value* find_in(const Settings& settings, const std::string& path) {
  const auto found = settings.find(path);
  return found == settings.end() ? nullptr : &found->second;
}

MachineSpec read_machine(const FindSetting& find, const Vocabulary& vocabulary) {
  MachineSpec machine;
  const auto read = [&](const MachineKey& key) {
    const Value* setting = find(key.path);
    if (setting == nullptr) return;
    key.read(*setting, vocabulary, machine);
    machine.where.emplace(key.path, setting->where());
    if (!key.same_as.empty()) machine.where.emplace(key.same_as, setting->where());
  };
  for (const MachineKey& key : machine_keys()) read(key);
  // Parameters last: whether an unset one applies depends on the other keys.
  for (const OwnedParameter& owned : parameters_of(vocabulary))
    if (find(owned.parameter.key) != nullptr)
      read(key_of(owned));
    else if (owned.applies_to(machine))
      machine.parameters.by_key[owned.parameter.key] = owned.parameter.default_value;
  // Errors about a threshold name thresholds_file, whichever of the two keys gave it.
  if (machine.where.count(inline_thresholds) > 0) {
    machine.where.emplace(thresholds_file, machine.where[inline_thresholds]);
  }
  resolve_ports(machine, vocabulary);
  return machine;
}

// `path` is the location of errors that concern no single key.
MachineSpec checked(MachineSpec machine, const std::string& path) {
  if (machine.name.empty())
    throw Error(ErrorKind::config, path, "the machine has no name", "add the key 'name'");
  require_peeks_inside_windows(machine);
  require_consistent(machine);
  return machine;
}

MachineSpec build_machine(const Settings& settings, const std::string& path,
                          const Vocabulary& vocabulary) {
  const auto find = [&](const std::string& key) { return find_in(settings, key); };
  return checked(read_machine(find, vocabulary), path);
}

}  // namespace

Location MachineSpec::location(const std::string& key) const {
  const auto set = where.find(key);
  return set == where.end() ? Location{name, 0, key} : set->second;
}

MachineSpec load_machine(const std::string& path, const std::vector<std::string>& overrides,
                         const Vocabulary& vocabulary) {
  Settings settings = FileReader(vocabulary).file(path);
  for (const std::string& text : overrides) overlay(read_override(text, vocabulary), settings);
  return build_machine(settings, path, vocabulary);
}

KeyValues partial_machine(const Value& map, const Vocabulary& vocabulary) {
  if (const Value* extends = map.find("extends"))
    extends->fail("extends is not allowed in a part of a machine", "it changes the base machine");
  const Settings settings = flatten(map, vocabulary);
  return {settings.begin(), settings.end()};
}

MachineTemplate::MachineTemplate(const std::string& path, const Vocabulary& vocabulary)
    : path_(path), settings_(FileReader(vocabulary).file(path)) {}

MachineTemplate::MachineTemplate(const Value& tree, const Vocabulary& vocabulary)
    : path_(tree.where().file), settings_(FileReader(vocabulary).tree(tree, path_)) {}

MachineSpec MachineTemplate::with(const KeyValues& keys, const Vocabulary& vocabulary) const {
  return checked(part_with(keys, vocabulary), path_);
}

MachineSpec MachineTemplate::part_with(const KeyValues& keys, const Vocabulary& vocabulary) const {
  Settings on_top;
  for (const auto& [key, value] : keys)
    overlay(flatten(Value::map({{key, value}}, value.where()), vocabulary), on_top);
  const auto find = [&](const std::string& key) {
    return find_in(replaces(on_top, key) ? on_top : settings_, key);
  };
  return read_machine(find, vocabulary);
}

MachineSpec machine_from_tree(const Value& tree, const Vocabulary& vocabulary) {
  if (const Value* extends = tree.find("extends")) extends->fail("a saved machine is complete");
  return build_machine(flatten(tree, vocabulary), tree.where().file, vocabulary);
}

}  // namespace peeksim
