#include "sim/config/to_yaml.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace peeksim {

namespace {

// Text that YAML reads as itself in every context, and never as nothing.
bool is_plain(const std::string& text) {
  const auto letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  if (text.empty() || text == "null" || text == "Null" || text == "NULL") return false;
  const bool negative = text[0] == '-' && text.size() > 1 && letter(text[1]);
  if (!letter(text[0]) && text[0] != '_' && text[0] != '/' && text[0] != '.' && !negative) {
    return false;
  }
  const auto safe = [&](char c) {
    return letter(c) || c == '_' || c == '.' || c == '/' || c == '-';
  };
  for (std::size_t i = 1; i < text.size(); ++i) {
    const bool inner_space = text[i] == ' ' && i + 1 < text.size() && text[i - 1] != ' ';
    if (!safe(text[i]) && !inner_space) return false;
  }
  return true;
}

std::string quote(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const unsigned byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      char escape[5];
      std::snprintf(escape, sizeof escape, "\\x%02x", byte);
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string word(const std::string& text) {
  return is_plain(text) ? text : quote(text);
}

bool fits_one_line(const Value& value) {
  if (value.is_map()) return value.entries().empty();
  return !value.is_list() || std::all_of(value.items().begin(), value.items().end(), fits_one_line);
}

// REQUIRES: fits_one_line(value).
std::string one_line(const Value& value) {
  if (value.is_null()) return "null";
  if (value.is_scalar()) return value.is_quoted() ? quote(value.text()) : word(value.text());
  if (value.is_map()) return "{}";
  std::string out;
  for (const Value& item : value.items()) out += (out.empty() ? "" : ", ") + one_line(item);
  return "[" + out + "]";
}

// Appends `value` where a line has been begun; `indent` is the column of its nested lines.
void append(const Value& value, const std::string& indent, std::string& out) {
  if (fits_one_line(value)) {
    out += one_line(value) + "\n";
    return;
  }
  std::string margin;  // the first entry continues the line that has been begun
  const auto child = [&](const Value& inner) {
    if (inner.is_map() && !fits_one_line(inner) && value.is_map()) out += "\n" + indent + "  ";
    if (inner.is_list() && !fits_one_line(inner)) out += "\n" + indent + "  ";
    append(inner, indent + "  ", out);
    margin = indent;
  };
  if (value.is_list()) {
    for (const Value& item : value.items()) {
      out += margin + "- ";
      child(item);
    }
  } else {
    for (const auto& [key, inner] : value.entries()) {
      out += margin + word(key) + ":" + (fits_one_line(inner) ? " " : "");
      child(inner);
    }
  }
}

}  // namespace

std::string to_yaml(const Value& value) {
  std::string out;
  append(value, "", out);
  return out;
}

}  // namespace peeksim
