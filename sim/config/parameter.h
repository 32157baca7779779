// A parameter: a key of a machine file that belongs to one predictor or dispatch policy, declared
// in that policy's own file.
#pragma once

#include <map>
#include <string>

namespace peeksim {

struct Parameter {
  enum class Type { integer, number };

  const char* key;  // "array.lookahead": in the group of the key that chooses the policy
  Type type;
  const char* unit;  // "" when it has none
  double min, max, default_value;
  const char* meaning;  // what it is, and why one would change it
};

// The values of a machine's parameters: those that were set, and all of the chosen policies.
struct ParameterValues {
  std::map<std::string, double> by_key;

  // The value, or the parameter's default.
  double of(const Parameter& parameter) const {
    const auto found = by_key.find(parameter.key);
    return found == by_key.end() ? parameter.default_value : found->second;
  }
};

}  // namespace peeksim
