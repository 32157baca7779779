// What machine files, overrides and axes say, before anything is read from it: one value per key,
// of which the last one given wins.
#pragma once

#include <map>
#include <string>

#include "sim/config/value.h"
#include "sim/config/vocabulary.h"

namespace peeksim {

using Settings = std::map<std::string, Value>;  // by dotted path

// Two spellings of one thing, of which the later replaces the earlier.
inline const std::string inline_thresholds = "prediction.channel_thresholds";
inline const std::string thresholds_file = "prediction.thresholds_file";

bool is_group(const std::string& path);

// Throws Error(config) at `where` with a suggestion.
[[noreturn]] void unknown_key(const std::string& path, const Location& where,
                              const Vocabulary& vocabulary);

// The keys of a map, nested or dotted. Throws Error(config) for an unknown one.
Settings flatten(const Value& map, const Vocabulary& vocabulary);

// Lays `layer` over `settings`. Throws Error(config) when it gives both thresholds in line and a
// file with them.
void put_on_top(const Settings& layer, Settings& settings);

}  // namespace peeksim
