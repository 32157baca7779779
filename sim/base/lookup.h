// Finds rows of a table by name. A row is any struct with a `name`, a table any range of rows.
#pragma once

#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/base/suggest.h"

namespace peeksim {

// The names of the rows, in the order of the table.
template <class Table>
std::vector<std::string> row_names(const Table& table) {
  std::vector<std::string> names;
  for (const auto& row : table) names.emplace_back(row.name);
  return names;
}

// The row of that name, or nullptr. It lives as long as the table.
template <class Table>
auto find_row(const Table& table, const std::string& name) -> decltype(&*std::begin(table)) {
  for (const auto& row : table)
    if (name == row.name) return &row;
  return nullptr;
}

// The row of that name. Throws Error(kind) at `where`, "unknown WHAT 'name'", with a suggestion.
template <class Table>
const auto& require_row(const Table& table, const std::string& name, const std::string& what,
                        ErrorKind kind, const std::string& where) {
  if (const auto* row = find_row(table, name)) return *row;
  throw Error(kind, where, "unknown " + what + " '" + name + "'", suggest(name, row_names(table)));
}

}  // namespace peeksim
