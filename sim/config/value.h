// A YAML document as an immutable tree in which every value knows its file and line. Conversions
// are strict: one spelling per value, decimal numbers only.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/error.h"
#include "sim/base/units.h"

namespace peeksim {

class Value {
 public:
  enum class Kind { null, scalar, list, map };

  Value() = default;  // nothing
  static Value nothing(Location where);
  static Value scalar(std::string text, Location where = {});
  // Text that stays text: a quoted scalar is never read as a number or a truth value.
  static Value quoted(std::string text, Location where = {});
  static Value list(std::vector<Value> items, Location where = {});
  static Value map(std::vector<std::pair<std::string, Value>> entries, Location where = {});

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_scalar() const { return kind_ == Kind::scalar; }
  bool is_list() const { return kind_ == Kind::list; }
  bool is_map() const { return kind_ == Kind::map; }
  bool is_quoted() const { return quoted_; }
  const Location& where() const { return where_; }

  // The text of a scalar, the items of a list, the entries of a map in file order.
  // Each throws Error(config) at where() when this is of another kind.
  const std::string& text() const;
  const std::vector<Value>& items() const;
  const std::vector<std::pair<std::string, Value>>& entries() const;

  // The value under `key` of a map, or nullptr.
  const Value* find(const std::string& key) const;

  // Strict conversions of a scalar; each throws Error(config) that says what was expected.
  std::int64_t integer(std::int64_t min, std::int64_t max) const;  // decimal; 010 is refused
  double number() const;                                           // finite decimal number
  bool boolean() const;                                            // true or false
  Bytes bytes(Bytes min, Bytes max) const;                         // "65536", "64 KiB" or "1 MiB"
  // One of `names`; else an error with a suggestion.
  const std::string& one_of(const std::vector<std::string>& names) const;

  // Throws Error(config) for the first key of a map that is not in `known`, with a suggestion.
  void require_known_keys(const std::vector<std::string>& known) const;

  [[noreturn]] void fail(const std::string& what, const std::string& remedy = "") const;

 private:
  const std::string& plain_text(const std::string& expected) const;

  Kind kind_ = Kind::null;
  bool quoted_ = false;
  Location where_;
  std::string text_;
  std::vector<Value> items_;
  std::vector<std::pair<std::string, Value>> entries_;
};

// A value in one line for people: without quotes.
std::string display_text(const Value& value);

}  // namespace peeksim
