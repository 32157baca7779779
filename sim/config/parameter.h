// Keys of a machine file that belong to a row of a table, a predictor's or a dispatch policy's own.
// The row declares them; nothing else needs to know them.
#pragma once

#include <map>
#include <string>

namespace peeksim {

struct Parameter {
  enum class Type { integer, number };

  const char* key;  // "array.lookahead": in the group of the key that chooses the row
  Type type;
  const char* unit;              // "" when it has none
  double least, most, fallback;  // the last one is the default
  const char* meaning;           // what it is, and why one would change it
};

// The values of a machine's parameters: those that were set, and all of the rows that it chose.
struct ParameterValues {
  std::map<std::string, double> by_key;

  // The value, or the parameter's default.
  double of(const Parameter& parameter) const {
    const auto found = by_key.find(parameter.key);
    return found == by_key.end() ? parameter.fallback : found->second;
  }
};

}  // namespace peeksim
