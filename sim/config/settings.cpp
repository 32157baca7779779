#include "sim/config/settings.h"

#include <algorithm>

#include "sim/base/suggest.h"
#include "sim/config/machine_keys.h"
#include "sim/config/parameter_keys.h"

namespace peeksim {

namespace {

bool is_empty(const Value& value) {
  return value.is_map() ? value.entries().empty() : value.is_scalar() && value.text().empty();
}

// Adds the keys of a map that lies in `group`; "": at the top level.
void add_keys(const Value& map, const std::string& group, const Vocabulary& vocabulary,
              Settings& settings) {
  for (const auto& [key, value] : map.entries()) {
    const std::string path = group.empty() ? key : group + "." + key;
    if (is_machine_key(path, vocabulary)) {
      settings[path] = value;
    } else if (is_group(path)) {
      add_keys(value, path, vocabulary, settings);
    } else if (path != "extends") {
      unknown_key(path, value.where(), vocabulary);
    }
  }
}

}  // namespace

bool is_group(const std::string& path) {
  const auto& keys = machine_keys();
  return std::any_of(keys.begin(), keys.end(),
                     [&](const MachineKey& key) { return group_of(key.path) == path; });
}

void unknown_key(const std::string& path, const Location& where, const Vocabulary& vocabulary) {
  std::vector<std::string> same_leaf, siblings, top;
  const auto once = [](std::vector<std::string>& list, const std::string& name) {
    if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
  };
  for (const MachineKey& key : machine_keys(vocabulary)) {
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

Settings flatten(const Value& map, const Vocabulary& vocabulary) {
  Settings settings;
  add_keys(map, "", vocabulary, settings);
  return settings;
}

bool replaces(const Settings& layer, const std::string& path) {
  if (path != inline_thresholds && path != thresholds_file) return layer.count(path) > 0;
  return layer.count(inline_thresholds) + layer.count(thresholds_file) > 0;
}

void overlay(const Settings& layer, Settings& settings) {
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

}  // namespace peeksim
