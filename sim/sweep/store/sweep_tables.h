// The tables of a sweep's database. Columns for metrics and counters follow the tables of metrics
// and counters: a row there is a column here.
#pragma once

#include <string>
#include <vector>

namespace peeksim {

class SweepDatabase;

// Statements that make the tables of a new database.
std::string tables_sql();

// The table of the files that a sweep was made of, which earlier programs did not have.
std::string inputs_table_sql();
bool has_inputs_table(SweepDatabase& database, const std::string& schema);

// The columns of values in `totals` and in `layer_metrics`, each with its type: {"cycles", "REAL"}.
struct ValueColumn {
  std::string name;
  const char* type;
};
std::vector<ValueColumn> totals_columns();
std::vector<ValueColumn> layer_columns();

// Those of `columns` that a table has: one that an older program wrote lacks the newer metrics.
// schema: of the database itself ("main") or of one that is attached to it ("other").
std::vector<ValueColumn> columns_there(SweepDatabase& database, const std::string& schema,
                                       const std::string& table,
                                       const std::vector<ValueColumn>& columns);

// "a, b, c" and "?, ?, ?".
std::string names_of(const std::vector<ValueColumn>& columns);
std::string places_of(const std::vector<ValueColumn>& columns);

}  // namespace peeksim
