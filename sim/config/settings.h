// Settings, the keys that machine files, --set and the axes of a sweep give, not yet interpreted:
// one value per key, of which the last one given wins.
#pragma once

#include <map>
#include <string>

#include "sim/config/value.h"
#include "sim/config/vocabulary.h"

namespace peeksim {

using Settings = std::map<std::string, Value>;  // by dotted path

// Two keys that give the same thresholds; the one given later replaces the other.
inline const std::string inline_thresholds = "prediction.channel_thresholds";
inline const std::string thresholds_file = "prediction.thresholds_file";

bool is_group(const std::string& path);

// Throws Error(config) at `where` with a suggestion.
[[noreturn]] void unknown_key(const std::string& path, const Location& where,
                              const Vocabulary& vocabulary);

// The keys of a map, nested or dotted. Throws Error(config) for an unknown one.
Settings flatten(const Value& map, const Vocabulary& vocabulary);

// Whether `layer`, put over other settings, replaces the key `path` of theirs.
bool replaces(const Settings& layer, const std::string& path);

// Replaces the keys of `settings` that `layer` gives. Throws Error(config) when `layer` gives both
// of two keys that set the same, such as inline thresholds and a file of thresholds.
void overlay(const Settings& layer, Settings& settings);

}  // namespace peeksim
