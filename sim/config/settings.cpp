#include "sim/config/settings.h"

#include <algorithm>

#include "sim/base/suggest.h"
#include "sim/config/machine_keys.h"
#include "sim/config/parameter_keys.h"

namespace peeksim {

namespace {

// Keys that set the same; of the two the one given later replaces the other.
const std::vector<std::pair<std::string, std::string>>& alternatives() {
  static const auto pairs = [] {
    std::vector<std::pair<std::string, std::string>> all = {{inline_thresholds, thresholds_file}};
    for (const MachineKey& key : machine_keys())
      if (!key.same_as.empty()) all.emplace_back(key.same_as, key.path);
    return all;
  }();
  return pairs;
}

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
  if (layer.count(path) > 0) return true;
  const auto& pairs = alternatives();
  return std::any_of(pairs.begin(), pairs.end(), [&](const auto& pair) {
    return (path == pair.first && layer.count(pair.second) > 0) ||
           (path == pair.second && layer.count(pair.first) > 0);
  });
}

void overlay(const Settings& layer, Settings& settings) {
  for (const auto& [one, other] : alternatives()) {
    const auto first = layer.find(one);
    const auto second = layer.find(other);
    if (first == layer.end() && second == layer.end()) continue;
    if (first != layer.end() && second != layer.end() && !is_empty(first->second) &&
        !is_empty(second->second))
      second->second.fail(leaf_of(one) + " and " + leaf_of(other) + " are both given", "keep one");
    settings.erase(one);
    settings.erase(other);
  }
  for (const auto& [path, value] : layer) settings[path] = value;
}

}  // namespace peeksim
