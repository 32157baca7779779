// JSON as text. A name of bytes that are not UTF-8 costs no file: they are replaced.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace peeksim {

inline std::string one_line(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// A whole file, a value to a line.
inline std::string document(const nlohmann::ordered_json& json) {
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

// Objects whose text is put together by hand, because a long run has millions and their keys are
// fixed. Adds a member to an object that has one already.
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
