#include "sim/config/parameter_keys.h"

#include <algorithm>
#include <cmath>

#include "sim/config/key_makers.h"

namespace peeksim {

namespace {

bool is_integer(const Parameter& parameter) {
  return parameter.type == Parameter::Type::integer;
}

double read(const Parameter& parameter, const Value& value) {
  if (is_integer(parameter))
    return static_cast<double>(value.integer(static_cast<std::int64_t>(parameter.min),
                                             static_cast<std::int64_t>(parameter.max)));
  return value.number();
}

}  // namespace

// Whole numbers are written without a fraction, whatever the type; they read back the same.
Value show_parameter(double value) {
  constexpr double exact = 9007199254740992;  // 2^53
  if (value == std::floor(value) && std::fabs(value) <= exact)
    return Value::scalar(std::to_string(static_cast<std::int64_t>(value)));
  return show_number(value);
}

MachineKey key_of(const OwnedParameter& owned) {
  const Parameter parameter = owned.parameter;
  const std::string range =
      show_parameter(parameter.min).text() + " to " + show_parameter(parameter.max).text();
  return {
      parameter.key,
      is_integer(parameter) ? "integer" : "number",
      parameter.unit,
      range,
      std::string(parameter.meaning) + ". Counts only with " + owned.owners_text(),
      {},
      [=](const Value& value, const Vocabulary&, MachineSpec& machine) {
        const double number = read(parameter, value);
        if (number < parameter.min || number > parameter.max)
          value.fail("expected a number from " + range + ", found " + value.text());
        machine.parameters.by_key[parameter.key] = number;
      },
      [=](const MachineSpec& machine) { return show_parameter(machine.parameters.of(parameter)); }};
}

std::vector<MachineKey> machine_keys(const Vocabulary& vocabulary) {
  std::vector<MachineKey> keys = machine_keys();
  for (const OwnedParameter& owned : parameters_of(vocabulary)) {
    const auto last = std::find_if(keys.rbegin(), keys.rend(), [&](const MachineKey& key) {
      return group_of(key.path) == group_of(owned.parameter.key);
    });
    keys.insert(last.base(), key_of(owned));
  }
  return keys;
}

std::optional<MachineKey> find_machine_key(const std::string& path, const Vocabulary& vocabulary) {
  if (const MachineKey* key = find_machine_key(path)) return *key;
  for (const OwnedParameter& owned : parameters_of(vocabulary))
    if (path == owned.parameter.key) return key_of(owned);
  return std::nullopt;
}

bool is_machine_key(const std::string& path, const Vocabulary& vocabulary) {
  if (find_machine_key(path) != nullptr) return true;
  for (const auto& [chooser, choices] : vocabulary)
    for (const Choice& choice : choices)
      for (const Parameter& parameter : choice.parameters)
        if (path == parameter.key) return true;
  return false;
}

}  // namespace peeksim
