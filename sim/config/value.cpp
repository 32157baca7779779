// Strict conversions: each accepts one spelling of a value and refuses all others. YAML's syntax is
// read_yaml.cpp's.
#include "sim/config/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sim/base/suggest.h"

namespace peeksim {

namespace {

const char* kind_words(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::null:
      return "nothing";
    case Value::Kind::scalar:
      return "a single value";
    case Value::Kind::list:
      return "a list";
    case Value::Kind::map:
      return "a map of keys";
  }
  return "";
}

bool all_digits(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Decimal digits without a leading zero, "-" in front allowed.
bool is_decimal_integer(const std::string& text) {
  const std::string digits = text.substr(!text.empty() && text[0] == '-' ? 1 : 0);
  return all_digits(digits) && (digits.size() == 1 || digits[0] != '0');
}

// A decimal integer with an optional fraction and an optional exponent: -1.5, 2e-3.
bool is_decimal_number(const std::string& text) {
  std::string mantissa = text;
  const std::size_t e = text.find_first_of("eE");
  if (e != std::string::npos) {
    const bool sign = e + 1 < text.size() && (text[e + 1] == '-' || text[e + 1] == '+');
    if (!all_digits(text.substr(e + 1 + sign))) return false;
    mantissa = text.substr(0, e);
  }
  const std::size_t dot = mantissa.find('.');
  if (dot == std::string::npos) return is_decimal_integer(mantissa);
  return all_digits(mantissa.substr(dot + 1)) && is_decimal_integer(mantissa.substr(0, dot));
}

std::string in_quotes(const std::string& text) {
  return "'" + text + "'";
}

std::string range_words(std::int64_t min, std::int64_t max) {
  return "from " + std::to_string(min) + " to " + std::to_string(max);
}

}  // namespace

Value Value::nothing(Location where) {
  Value value;
  value.where_ = std::move(where);
  return value;
}

Value Value::scalar(std::string text, Location where) {
  Value value;
  value.kind_ = Kind::scalar;
  value.text_ = std::move(text);
  value.where_ = std::move(where);
  return value;
}

Value Value::quoted(std::string text, Location where) {
  Value value = scalar(std::move(text), std::move(where));
  value.quoted_ = true;
  return value;
}

Value Value::list(std::vector<Value> items, Location where) {
  Value value;
  value.kind_ = Kind::list;
  value.items_ = std::move(items);
  value.where_ = std::move(where);
  return value;
}

Value Value::map(std::vector<std::pair<std::string, Value>> entries, Location where) {
  Value value;
  value.kind_ = Kind::map;
  value.entries_ = std::move(entries);
  value.where_ = std::move(where);
  return value;
}

void Value::fail(const std::string& what, const std::string& remedy) const {
  throw Error(ErrorKind::config, where_, what, remedy);
}

const std::string& Value::text() const {
  if (!is_scalar()) fail(std::string("expected a single value, found ") + kind_words(kind_));
  return text_;
}

const std::vector<Value>& Value::items() const {
  if (!is_list()) fail(std::string("expected a list, found ") + kind_words(kind_));
  return items_;
}

const std::vector<std::pair<std::string, Value>>& Value::entries() const {
  if (!is_map()) fail(std::string("expected a map of keys, found ") + kind_words(kind_));
  return entries_;
}

const Value* Value::find(const std::string& key) const {
  for (const auto& [name, value] : entries()) {
    if (name == key) return &value;
  }
  return nullptr;
}

const std::string& Value::plain_text(const std::string& expected) const {
  if (!is_scalar()) fail("expected " + expected + ", found " + kind_words(kind_));
  if (quoted_)
    fail("expected " + expected + ", found the text \"" + text_ + "\"", "drop the quotes");
  return text_;
}

std::int64_t Value::integer(std::int64_t min, std::int64_t max) const {
  const std::string expected = "an integer " + range_words(min, max);
  const std::string& text = plain_text(expected);
  if (!is_decimal_integer(text)) {
    fail("expected " + expected + ", found " + in_quotes(text),
         "write plain decimal digits, without leading zeros, '+', '_', a point or an exponent");
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < min || number > max) {
    fail("expected " + expected + ", found " + text);
  }
  return number;
}

double Value::number() const {
  const std::string& text = plain_text("a number");
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!is_decimal_number(text) || error != std::errc{} || end != text.data() + text.size() ||
      !std::isfinite(number)) {
    fail("expected a finite decimal number, found " + in_quotes(text),
         "write it like 12, -0.5 or 2e-3");
  }
  return number;
}

bool Value::boolean() const {
  const std::string& text = plain_text("true or false");
  if (text != "true" && text != "false") fail("expected true or false, found " + in_quotes(text));
  return text == "true";
}

Bytes Value::bytes(Bytes min, Bytes max) const {
  const std::string expected = "a size in bytes " + range_words(min, max);
  const std::string& text = plain_text(expected);
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::string unit = text.substr(digits);
  if (!unit.empty() && unit[0] == ' ') unit.erase(0, 1);
  const std::vector<std::pair<std::string, Bytes>> units = {
      {"", 1}, {"KiB", Bytes{1} << 10}, {"MiB", Bytes{1} << 20}, {"GiB", Bytes{1} << 30}};
  const auto scale = std::find_if(units.begin(), units.end(),
                                  [&](const auto& known) { return known.first == unit; });
  if (scale == units.end() || !is_decimal_integer(text.substr(0, digits))) {
    fail("expected " + expected + ", found " + in_quotes(text),
         "write it like 65536, 64 KiB or 1 MiB");
  }
  Bytes count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, count);
  if (error != std::errc{} || end != text.data() + digits || count > max / scale->second ||
      count * scale->second < min) {
    fail("expected " + expected + ", found " + text);
  }
  return count * scale->second;
}

const std::string& Value::one_of(const std::vector<std::string>& names) const {
  const std::string& name = text();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    fail("unknown name " + in_quotes(name), suggest(name, names));
  }
  return name;
}

void Value::require_known_keys(const std::vector<std::string>& known) const {
  for (const auto& [key, value] : entries()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      value.fail("unknown key " + in_quotes(key), suggest(key, known));
    }
  }
}

std::string display_text(const Value& value) {
  if (value.is_scalar()) return value.text();
  if (value.is_null()) return "";
  std::string text;
  if (value.is_list()) {
    for (const Value& item : value.items()) text += (text.empty() ? "" : ", ") + display_text(item);
    return "[" + text + "]";
  }
  for (const auto& [key, item] : value.entries())
    text += (text.empty() ? "" : ", ") + key + ": " + display_text(item);
  return "{" + text + "}";
}

}  // namespace peeksim
