// Writes JSON as text. Bytes that are not UTF-8, as in a name, are replaced, not an error.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace peeksim {

inline std::string one_line(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// A whole file, one value per line.
inline std::string document(const nlohmann::ordered_json& json) {
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

// For objects whose text is built by hand, because a long run has millions of them with the same
// keys. Adds a member to an object that already has one.
inline void add_member(std::string& line, const char* key, std::int64_t value) {
  line += ",\"";
  line += key;
  line += "\":";
  line += std::to_string(value);
}

// `name`: without letters that JSON escapes.
inline void add_member(std::string& line, const char* key, const char* name) {
  line += ",\"";
  line += key;
  line += "\":\"";
  line += name;
  line += '"';
}

}  // namespace peeksim
