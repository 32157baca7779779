// Writes one cell of a CSV file.
#pragma once

#include <cstdlib>
#include <string>

namespace peeksim {

// Whether a spreadsheet would take a cell for a formula: a name that begins so is data of a
// stranger, and a formula can run commands. Numbers are numbers.
inline bool looks_like_formula(const std::string& text) {
  if (text.empty() || std::string("=+-@\t\r").find(text[0]) == std::string::npos) return false;
  char* end = nullptr;
  std::strtod(text.c_str(), &end);
  return *end != '\0' || end == text.c_str();
}

// Quoted when necessary (RFC 4180); what looks like a formula begins with an apostrophe.
inline std::string csv_cell(std::string text) {
  if (looks_like_formula(text)) text.insert(0, "'");
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace peeksim
