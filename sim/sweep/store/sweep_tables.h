// The SQL tables of a sweep's database. Their columns for values follow the tables of metrics and
// counters in the code: a row there is a column here.
#pragma once

#include <string>
#include <vector>

namespace peeksim {

class SweepDatabase;

// Statements that create the tables of a new database.
std::string tables_sql();

// The table of the machine and trace files of a sweep, which earlier versions did not have.
std::string inputs_table_sql();
bool has_inputs_table(SweepDatabase& database, const std::string& schema);

// The columns of values in `totals` and in `layer_metrics`, each with its type: {"cycles", "REAL"}.
// NULL: not known.
struct ValueColumn {
  std::string name;
  const char* type;
};
std::vector<ValueColumn> totals_columns();
std::vector<ValueColumn> layer_columns();

// The columns that a table of an earlier version may lack; none for a table that has always had
// all of its columns.
struct LaterColumns {
  std::string table;
  std::vector<ValueColumn> columns;
};
std::vector<LaterColumns> later_columns();
std::vector<ValueColumn> later_columns(const std::string& table);

// Of a table in a SELECT: those columns, each NULL where an earlier version wrote the database.
std::string later_values(SweepDatabase& database, const std::string& table);

// Those of `columns` that exist in a table: one of an older version lacks newer metrics.
// schema: "main", the database itself, or "other", one that is attached to it.
std::vector<ValueColumn> existing_columns(SweepDatabase& database, const std::string& schema,
                                          const std::string& table,
                                          const std::vector<ValueColumn>& columns);

// "a, b, c" and "?, ?, ?".
std::string names_of(const std::vector<ValueColumn>& columns);
std::string placeholders(const std::vector<ValueColumn>& columns);

}  // namespace peeksim
