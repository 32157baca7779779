// One axis of a sweep: a list of choices, each of which sets some keys of the machine. Every way to
// write an axis (a list, a range, keys that advance together, named overlays) ends as such a list.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/config/load_machine.h"
#include "sim/config/value.h"

namespace peeksim {

struct AxisChoice {
  // What tables show: the column and its text, as {"array.rows", "16"} or {"calibration", "tuned"}.
  std::vector<std::pair<std::string, std::string>> shown;
  KeyValues keys;  // what is laid over the machine
};

struct Axis {
  std::string name;  // a machine key, or a name of the user's own
  Location where;
  std::vector<AxisChoice> choices;    // at least one
  std::vector<std::string> left_out;  // why a choice is not there, as a warning
};

// `name: value` under `axes:`. Throws Error(config): an unknown key, an unknown way to write an
// axis, no choices, a choice that is there twice.
Axis read_axis(const std::string& name, const Value& value, const Vocabulary& vocabulary);

}  // namespace peeksim
