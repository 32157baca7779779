// Layers files and overrides into one value per key, then lets the table of keys read them. The
// order is the file's ancestors first, the file, then the overrides as given; the last one wins.
#include "sim/config/load_machine.h"

#include <algorithm>
#include <filesystem>

#include "sim/base/suggest.h"
#include "sim/config/machine_keys.h"
#include "sim/config/prediction_values.h"

namespace peeksim {

namespace {

namespace fs = std::filesystem;

const std::string inline_thresholds = "prediction.channel_thresholds";
const std::string thresholds_file = "prediction.thresholds_file";

using Settings = std::map<std::string, Value>;  // by dotted path

std::string group_of(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string::npos ? "" : path.substr(0, dot);
}

std::string leaf_of(const std::string& path) {
  return path.substr(path.rfind('.') + 1);
}

bool is_group(const std::string& path) {
  const auto& keys = machine_keys();
  return std::any_of(keys.begin(), keys.end(),
                     [&](const MachineKey& key) { return group_of(key.path) == path; });
}

[[noreturn]] void unknown_key(const std::string& path, const Location& where) {
  std::vector<std::string> same_leaf, siblings, top;
  const auto once = [](std::vector<std::string>& list, const std::string& name) {
    if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
  };
  for (const MachineKey& key : machine_keys()) {
    if (leaf_of(key.path) == leaf_of(path)) same_leaf.push_back(key.path);
    if (!group_of(path).empty() && group_of(key.path) == group_of(path))
      siblings.push_back(key.path);
    once(top, key.path.substr(0, key.path.find('.')));
  }
  top.push_back("extends");
  std::string remedy = same_leaf.size() == 1 ? "did you mean '" + same_leaf[0] + "'?"
                       : !same_leaf.empty()  ? suggest(path, same_leaf)
                                             : suggest(path, siblings.empty() ? top : siblings);
  throw Error(ErrorKind::config, where, "unknown key '" + path + "'", remedy);
}

// Sorts the keys of a map, nested or dotted, into `settings`.
void flatten(const Value& map, const std::string& group, Settings& settings) {
  for (const auto& [key, value] : map.entries()) {
    const std::string path = group.empty() ? key : group + "." + key;
    if (find_machine_key(path) != nullptr) {
      settings[path] = value;
    } else if (is_group(path)) {
      flatten(value, path, settings);
    } else if (path != "extends") {
      unknown_key(path, value.where());
    }
  }
}

bool is_empty(const Value& value) {
  return value.is_map() ? value.entries().empty() : value.is_scalar() && value.text().empty();
}

// Channel thresholds and the file with them are two spellings of one thing: the later replaces
// the earlier, and one layer may not give both.
void put_on_top(const Settings& layer, Settings& settings) {
  const auto in_line = layer.find(inline_thresholds);
  const auto in_file = layer.find(thresholds_file);
  if (in_line != layer.end() && in_file != layer.end() && !is_empty(in_line->second) &&
      !is_empty(in_file->second)) {
    in_file->second.fail("channel_thresholds and thresholds_file are both given", "keep one");
  }
  if (in_line != layer.end() || in_file != layer.end()) {
    settings.erase(inline_thresholds);
    settings.erase(thresholds_file);
  }
  for (const auto& [path, value] : layer) settings[path] = value;
}

void read_file(const std::string& path, std::vector<std::string>& chain, Settings& settings);

// The parents of a machine that stands in the file `path`, then the machine. `chain` holds the
// files on the way from the one that the user named.
void read_tree(const Value& tree, const std::string& path, std::vector<std::string>& chain,
               Settings& settings) {
  if (const Value* extends = tree.find("extends")) {
    const std::string parent = (fs::path(path).parent_path() / extends->text()).lexically_normal();
    if (!fs::is_regular_file(parent)) {
      extends->fail("cannot read the machine file " + parent,
                    "the path is relative to the file that names it");
    }
    const auto same = [&](const std::string& known) { return fs::equivalent(known, parent); };
    if (std::any_of(chain.begin(), chain.end(), same)) {
      std::string circle;
      for (const std::string& name : chain) circle += name + " -> ";
      extends->fail("the files extend each other in a circle: " + circle + parent,
                    "remove one extends");
    }
    read_file(parent, chain, settings);
  }
  Settings layer;
  flatten(tree, "", layer);
  put_on_top(layer, settings);
}

void read_file(const std::string& path, std::vector<std::string>& chain, Settings& settings) {
  const Value file = read_yaml(path);
  chain.push_back(path);
  read_tree(file, path, chain, settings);
}

Settings read_override(const std::string& text) {
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
  if (find_machine_key(path) == nullptr) unknown_key(path, {"--set", 0, ""});
  return {{path, parse_yaml(text.substr(equals + 1), "--set", path)}};
}

// `path` names the machine's origin in errors that no single key is to blame for.
MachineSpec build_machine(const Settings& settings, const std::string& path,
                          const Vocabulary& vocabulary) {
  MachineSpec machine;
  for (const MachineKey& key : machine_keys()) {
    const auto setting = settings.find(key.path);
    if (setting == settings.end()) continue;
    key.read(setting->second, vocabulary, machine);
    machine.where[key.path] = setting->second.where();
  }
  // Whoever complains about a threshold need not know which of the two spellings gave it.
  if (machine.where.count(inline_thresholds) > 0) {
    machine.where.emplace(thresholds_file, machine.where[inline_thresholds]);
  }
  if (machine.name.empty()) {
    throw Error(ErrorKind::config, path, "the machine has no name", "add the key 'name'");
  }
  require_peeks_inside_windows(machine);
  return machine;
}

}  // namespace

Location MachineSpec::location(const std::string& key) const {
  const auto set = where.find(key);
  return set == where.end() ? Location{name, 0, key} : set->second;
}

MachineSpec load_machine(const std::string& path, const std::vector<std::string>& overrides,
                         const Vocabulary& vocabulary) {
  Settings settings;
  std::vector<std::string> chain;
  read_file(path, chain, settings);
  for (const std::string& text : overrides) put_on_top(read_override(text), settings);
  return build_machine(settings, path, vocabulary);
}

KeyValues partial_machine(const Value& map) {
  if (const Value* extends = map.find("extends"))
    extends->fail("a part of a machine extends nothing", "it is laid over the base machine");
  Settings settings;
  flatten(map, "", settings);
  return {settings.begin(), settings.end()};
}

MachineTemplate::MachineTemplate(const std::string& path) : path_(path) {
  std::vector<std::string> chain;
  read_file(path, chain, settings_);
}

MachineTemplate::MachineTemplate(const Value& tree) : path_(tree.where().file) {
  std::vector<std::string> chain;
  read_tree(tree, path_, chain, settings_);
}

MachineSpec MachineTemplate::with(const KeyValues& keys, const Vocabulary& vocabulary) const {
  Settings settings = settings_;
  for (const auto& [key, value] : keys) {
    Settings layer;
    flatten(Value::map({{key, value}}, value.where()), "", layer);
    put_on_top(layer, settings);
  }
  return build_machine(settings, path_, vocabulary);
}

MachineSpec machine_from_tree(const Value& tree, const Vocabulary& vocabulary) {
  if (const Value* extends = tree.find("extends")) extends->fail("a saved machine is complete");
  Settings settings;
  flatten(tree, "", settings);
  return build_machine(settings, tree.where().file, vocabulary);
}

Value show_machine(const MachineSpec& machine) {
  std::vector<std::pair<std::string, Value>> top;
  std::vector<std::pair<std::string, Value>> group;
  std::string group_name;
  const auto close_group = [&] {
    if (!group.empty()) top.emplace_back(group_name, Value::map(std::move(group)));
    group.clear();
  };
  for (const MachineKey& key : machine_keys()) {
    Value value = key.show(machine);
    if (value.is_null()) continue;
    if (group_of(key.path) != group_name) close_group();
    group_name = group_of(key.path);
    (group_name.empty() ? top : group).emplace_back(leaf_of(key.path), std::move(value));
  }
  close_group();
  return Value::map(std::move(top));
}

}  // namespace peeksim
