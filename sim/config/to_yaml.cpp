#include "sim/config/to_yaml.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace peeksim {

namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Whether YAML reads the text back unchanged without quotes, in every context, and never as null.
bool is_plain(const std::string& text) {
  if (text.empty() || text == "null" || text == "Null" || text == "NULL") return false;
  const bool negative = text[0] == '-' && text.size() > 1 && is_alphanumeric(text[1]);
  if (!is_alphanumeric(text[0]) && text[0] != '_' && text[0] != '/' && text[0] != '.' &&
      !negative) {
    return false;
  }
  const auto safe = [&](char c) {
    return is_alphanumeric(c) || c == '_' || c == '.' || c == '/' || c == '-';
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

void append_word(const std::string& text, std::string& out) {
  out += is_plain(text) ? text : quote(text);
}

bool fits_one_line(const Value& value) {
  if (value.is_map()) return value.entries().empty();
  return !value.is_list() || std::all_of(value.items().begin(), value.items().end(), fits_one_line);
}

// REQUIRES: fits_one_line(value).
void append_one_line(const Value& value, std::string& out) {
  if (value.is_null()) {
    out += "null";
  } else if (value.is_scalar() && value.is_quoted()) {
    out += quote(value.text());
  } else if (value.is_scalar()) {
    append_word(value.text(), out);
  } else if (value.is_map()) {
    out += "{}";
  } else {
    out += '[';
    bool first = true;
    for (const Value& item : value.items()) {
      if (!std::exchange(first, false)) out += ", ";
      append_one_line(item, out);
    }
    out += ']';
  }
}

// Appends `value` to a line that has been started; `indent` precedes its further lines.
void append(const Value& value, const std::string& indent, std::string& out) {
  if (fits_one_line(value)) {
    append_one_line(value, out);
    out += '\n';
    return;
  }
  bool first = true;  // it continues the line that has been started
  const auto margin = [&] {
    if (!std::exchange(first, false)) out += indent;
  };
  const auto child = [&](const Value& inner, bool in_map) {
    if (fits_one_line(inner)) return append(inner, indent, out);
    const std::string deeper = indent + "  ";
    if (in_map || inner.is_list()) (out += '\n') += deeper;
    append(inner, deeper, out);
  };
  if (value.is_list()) {
    for (const Value& item : value.items()) {
      margin();
      out += "- ";
      child(item, false);
    }
  } else {
    for (const auto& [key, inner] : value.entries()) {
      margin();
      append_word(key, out);
      out += fits_one_line(inner) ? ": " : ":";
      child(inner, true);
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
