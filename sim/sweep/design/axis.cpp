#include "sim/sweep/design/axis.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "sim/base/data_folder.h"
#include "sim/base/lookup.h"
#include "sim/base/paths.h"
#include "sim/config/machine_keys.h"
#include "sim/config/read_yaml.h"
#include "sim/sweep/design/key_text.h"
#include "sim/sweep/design/metric.h"

namespace peeksim {

namespace {

constexpr std::int64_t max_choices = 1000000;  // of one axis: more are probably a mistake

// The column of a key: `energy` is a key, and the metric is called so too.
std::string column_of(const std::string& key) {
  return is_result_column(key) ? "machine." + key : key;
}

AxisChoice choice_of(const std::string& key, const Value& value) {
  return {{{column_of(key), display_text(value)}}, {{key, value}}};
}

bool is_whole(const MachineKey& key) {
  return key.type.rfind("integer", 0) == 0 || key.type == "size";
}

// Whole keys get the nearest whole number.
Value number_value(const MachineKey& key, double number, const Location& where) {
  return number_value(is_whole(key) ? std::round(number) : number, where);
}

double number_of(const MachineKey& key, const Value& value) {
  if (key.type == "size") return static_cast<double>(value.bytes(0, Bytes{1} << 50));
  return value.number();
}

struct Ends {
  double first = 0, last = 0;
};

// Reads both ends of [first, last, third] as values of the key's type.
Ends read_ends(const MachineKey& key, const Value& list, const char* form) {
  if (list.items().size() != 3)
    list.fail(std::string("expected ") + form + ", found " + std::to_string(list.items().size()) +
              " values");
  return {number_of(key, list.items()[0]), number_of(key, list.items()[1])};
}

std::vector<Value> range(const MachineKey& key, const Value& list) {
  const Ends ends = read_ends(key, list, "[first, last, step]");
  const double step = number_of(key, list.items()[2]);
  if (step == 0 || (ends.last - ends.first) / step < 0)
    list.items()[2].fail("this step never leads from the first value to the last",
                         "a range ends where the next step would pass its last value");
  // Rounding must not lose the last value.
  const double steps = std::floor((ends.last - ends.first) / step + 1e-9);
  if (steps >= max_choices) list.fail("has more than a million values", "take a larger step");
  std::vector<Value> values;
  for (int i = 0; i <= static_cast<int>(steps); ++i)
    values.push_back(number_value(key, ends.first + i * step, list.where()));
  return values;
}

int read_count(const Value& list) {
  return static_cast<int>(list.items()[2].integer(2, max_choices));
}

std::vector<Value> linspace(const MachineKey& key, const Value& list) {
  const Ends ends = read_ends(key, list, "[first, last, how many]");
  const int count = read_count(list);
  std::vector<Value> values;
  for (int i = 0; i < count; ++i)
    values.push_back(
        number_value(key, ends.first + (ends.last - ends.first) * i / (count - 1), list.where()));
  return values;
}

std::vector<Value> logspace(const MachineKey& key, const Value& list) {
  const Ends ends = read_ends(key, list, "[first, last, how many]");
  const int count = read_count(list);
  if (ends.first <= 0 || ends.last <= 0)
    list.fail("both ends of a logspace are above 0", "they are values, not exponents");
  std::vector<Value> values;
  for (int i = 0; i < count; ++i)
    values.push_back(number_value(
        key, ends.first * std::pow(ends.last / ends.first, static_cast<double>(i) / (count - 1)),
        list.where()));
  return values;
}

struct Form {
  const char* name;
  std::vector<Value> (*values)(const MachineKey& key, const Value& list);
};

constexpr Form forms[] = {{"range", range}, {"linspace", linspace}, {"logspace", logspace}};

// The values of one key: a list, or a form such as {range: [8, 64, 8]}.
std::vector<Value> values_of(const std::string& name, const Value& value,
                             const Vocabulary& vocabulary) {
  const MachineKey key = require_machine_key(name, value, vocabulary);
  if (value.is_list()) return value.items();
  if (!value.is_map() || value.entries().size() != 1)
    value.fail("expected a list of values, or one of range, linspace, logspace",
               "for example [8, 16, 32] or {range: [8, 64, 8]}");
  const auto& [form_name, list] = value.entries()[0];
  if (const Form* form = find_row(forms, form_name)) return form->values(key, list);
  value.fail("unknown form '" + form_name + "' of an axis", suggest(form_name, row_names(forms)));
}

// Keys that advance together.
std::vector<AxisChoice> zip(const Value& map, const Vocabulary& vocabulary) {
  std::vector<AxisChoice> choices;
  for (const auto& [key, value] : map.entries()) {
    const std::vector<Value> values = values_of(key, value, vocabulary);
    if (choices.empty()) choices.resize(values.size());
    if (values.size() != choices.size())
      value.fail("has " + std::to_string(values.size()) + " values, and the key before it " +
                     std::to_string(choices.size()),
                 "keys that advance together have as many values each");
    for (std::size_t i = 0; i < values.size(); ++i) {
      choices[i].shown.emplace_back(column_of(key), display_text(values[i]));
      choices[i].keys.emplace_back(key, values[i]);
    }
  }
  return choices;
}

// The file that an overlay names, relative to the sweep file, or shipped.
std::string path_of(const Value& name) {
  return input_file(name.text(), name.where().file);
}

// The keys of a machine file that extends another, without those of its parents.
KeyValues overlay_file(const Value& name, const Vocabulary& vocabulary) {
  const std::string path = path_of(name);
  require_file(path, "the overlay", name.where(), check_path(name.text(), name.where().file));
  std::vector<std::pair<std::string, Value>> own;
  const Value file = read_yaml(path);
  for (const auto& entry : file.entries())
    if (entry.first != "extends") own.push_back(entry);
  return partial_machine(Value::map(std::move(own), file.where()), vocabulary);
}

// Named overlays: parts of a machine, inline or in files of their own.
void add_overlays(const Value& map, const Vocabulary& vocabulary, Axis& axis) {
  for (const auto& [name, part] : map.entries()) {
    const Value* optional = part.is_map() ? part.find("if_present") : nullptr;
    if (optional != nullptr) part.require_known_keys({"if_present"});
    if (optional != nullptr && look_at(path_of(*optional)).kind == PathKind::nothing) {
      axis.left_out.push_back("the axis '" + axis.name + "' goes without '" + name +
                              "': there is no " + path_of(*optional));
      continue;
    }
    AxisChoice choice;
    choice.shown.emplace_back(axis.name, name);
    choice.keys = optional != nullptr ? overlay_file(*optional, vocabulary)
                  : part.is_map()     ? partial_machine(part, vocabulary)
                                      : overlay_file(part, vocabulary);
    axis.choices.push_back(std::move(choice));
  }
}

void require_distinct(const Axis& axis) {
  std::set<std::string> seen;
  for (const AxisChoice& choice : axis.choices) {
    std::string text;
    for (const auto& [column, value] : choice.shown)
      text += (text.empty() ? "" : ", ") + column + " " + value;
    if (!seen.insert(text).second)
      throw Error(ErrorKind::config, axis.where, "has the choice " + text + " twice",
                  "name every choice once; fewer steps if the values were rounded");
  }
}

}  // namespace

Axis read_axis(const std::string& name, const Value& value, const Vocabulary& vocabulary) {
  Axis axis;
  axis.name = name;
  axis.where = value.where();
  const bool one_entry = value.is_map() && value.entries().size() == 1;
  const std::string form = one_entry ? value.entries()[0].first : "";
  if ((form == "zip" || form == "overlays") && is_result_column(name))
    value.fail("results have a column '" + name + "'", "call the axis something else");
  if (form == "zip") {
    axis.choices = zip(value.entries()[0].second, vocabulary);
  } else if (form == "overlays") {
    add_overlays(value.entries()[0].second, vocabulary, axis);
  } else {
    for (const Value& one : values_of(name, value, vocabulary))
      axis.choices.push_back(choice_of(name, one));
  }
  if (axis.choices.empty()) value.fail("has no values", "give at least one, or drop the axis");
  require_distinct(axis);
  return axis;
}

}  // namespace peeksim
