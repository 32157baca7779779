// Reads JSON texts that other programs wrote, or may have changed.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sim/base/error.h"

namespace peeksim {

// More than any text of peeksim has. The library copies and prints values by recursion, so that a
// text of some 10,000 levels would overflow the stack.
constexpr int max_json_depth = 64;

// The deepest nesting of arrays and objects in a text, whether or not it is valid JSON.
int json_depth(const std::string& text);

// Throws Error(config) at `where` for a text that is nested deeper than max_json_depth.
void require_json_depth(const std::string& text, const Location& where, const std::string& remedy);

// Throws as require_json_depth, and Json::parse_error for a text that is not JSON.
template <class Json>
Json read_json(const std::string& text, const Location& where, const std::string& remedy) {
  require_json_depth(text, where, remedy);
  return Json::parse(text);
}

// The same, but a text that is not JSON gives a value that is_discarded().
template <class Json>
Json read_json_if_valid(const std::string& text, const Location& where, const std::string& remedy) {
  require_json_depth(text, where, remedy);
  return Json::parse(text, nullptr, false);
}

}  // namespace peeksim
