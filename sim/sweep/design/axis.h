// An axis of a sweep: a list of choices, each of which sets some keys of the machine. All notations
// (a list, a range, keys that advance together, named overlays) are expanded to such a list.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/config/load_machine.h"
#include "sim/config/value.h"

namespace peeksim {

struct AxisChoice {
  // Columns of tables with their text, as {"array.rows", "16"} or {"calibration", "tuned"}.
  std::vector<std::pair<std::string, std::string>> shown;
  KeyValues keys;  // the keys that it sets
};

struct Axis {
  std::string name;  // a machine key, or a name of the user's own
  Location where;
  std::vector<AxisChoice> choices;    // at least one
  std::vector<std::string> left_out;  // warnings about choices that were skipped
};

// `name: value` under `axes:`. Throws Error(config): an unknown key, an unknown
// notation, no choices, a duplicate choice.
Axis read_axis(const std::string& name, const Value& value, const Vocabulary& vocabulary);

}  // namespace peeksim
