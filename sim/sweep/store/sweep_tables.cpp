#include "sim/sweep/store/sweep_tables.h"

#include <set>

#include "sim/base/counters.h"
#include "sim/base/lookup.h"
#include "sim/sweep/design/metric.h"
#include "sim/sweep/store/database_query.h"

namespace peeksim {

namespace {

const char* const fixed_tables = R"(
CREATE TABLE sweep (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,
  metrics TEXT NOT NULL,     -- what exports show, a JSON list
  objectives TEXT NOT NULL,  -- {"cycles": "min"}, a JSON object
  warnings TEXT,             -- of the latest plan, a JSON list
  prices TEXT                -- energy tables and kinds of DRAM of its points, a JSON list
);
CREATE TABLE traces (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE,
  file TEXT NOT NULL,
  network TEXT NOT NULL,
  origin TEXT NOT NULL,
  synthetic INTEGER NOT NULL,
  images INTEGER NOT NULL,
  unrecorded_macs INTEGER,   -- per image, of the network and not in the trace
  unrecorded TEXT            -- what does them
);
CREATE TABLE layers (
  trace INTEGER NOT NULL REFERENCES traces,
  layer INTEGER NOT NULL,    -- from 0, in the order of execution
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  PRIMARY KEY (trace, layer)
) WITHOUT ROWID;
CREATE TABLE thresholds (
  sha256 TEXT PRIMARY KEY,
  yaml TEXT NOT NULL         -- prediction.channel_thresholds of the machines that name it
) WITHOUT ROWID;
CREATE TABLE energy_tables (
  sha256 TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  unit TEXT NOT NULL,
  source TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE points (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,  -- SHA-256 of all that the result depends on
  position INTEGER,          -- in the latest plan; NULL: not in it
  status TEXT NOT NULL CHECK (status IN ('pending', 'done', 'failed')),
  error TEXT,
  exit_code INTEGER,         -- that 'peeksim run' ends with on this error
  axes TEXT NOT NULL,        -- {"array.rows": "16"}, a JSON object
  machine TEXT NOT NULL,     -- resolved, as 'peeksim config show' prints it
  thresholds TEXT REFERENCES thresholds,
  trace INTEGER NOT NULL REFERENCES traces,
  images INTEGER NOT NULL,
  energy_table TEXT NOT NULL REFERENCES energy_tables,
  version TEXT NOT NULL,     -- of the program
  seconds REAL               -- wall time of the worker process
);
)";

// Not in `fixed_tables`: databases of earlier versions get it when they are next written.
const char* const inputs_table = R"(
CREATE TABLE IF NOT EXISTS inputs (
  kind TEXT NOT NULL CHECK (kind IN ('machine', 'trace')),
  place INTEGER NOT NULL,    -- in the latest sweep file's list
  path TEXT NOT NULL,        -- from the folder in which the sweep was started
  content TEXT NOT NULL,     -- of a machine: as in points; of a trace: its SHA-256
  thresholds TEXT,           -- of a machine: as in points
  PRIMARY KEY (kind, place)
) WITHOUT ROWID;
)";

std::string definitions(const std::vector<ValueColumn>& columns) {
  std::string text;
  for (const ValueColumn& column : columns) text += ",\n  " + column.name + " " + column.type;
  return text;
}

}  // namespace

std::string tables_sql() {
  return fixed_tables +
         ("CREATE TABLE totals (\n  point INTEGER NOT NULL REFERENCES points,\n  scope TEXT NOT "
          "NULL,\n  layers INTEGER NOT NULL" +
          definitions(totals_columns()) +
          ",\n  PRIMARY KEY (point, scope)\n) WITHOUT ROWID;\n"
          "CREATE TABLE layer_metrics (\n  point INTEGER NOT NULL REFERENCES points,\n  layer "
          "INTEGER NOT NULL,\n  policy TEXT NOT NULL" +
          definitions(layer_columns()) + ",\n  PRIMARY KEY (point, layer)\n) WITHOUT ROWID;\n");
}

std::string inputs_table_sql() {
  return inputs_table;
}

bool has_inputs_table(SweepDatabase& database, const std::string& schema) {
  DatabaseQuery info(database, "SELECT count(*) FROM pragma_table_info('inputs', ?)", {schema});
  return info.next() && info.integer(0) > 0;
}

std::vector<ValueColumn> totals_columns() {
  std::vector<ValueColumn> columns;
  for (const Metric& metric : metrics()) columns.push_back({metric.name, "REAL"});
  const Counters counters;
  for (const char* prefix : {"machine_", "dense_"})
    for_each_counter(counters, [&](const char* name, const char*, Count) {
      columns.push_back({std::string(prefix) + name, "INTEGER"});
    });
  for (const std::string& column : energy_columns()) columns.push_back({column, "REAL"});
  return columns;
}

std::vector<ValueColumn> layer_columns() {
  std::vector<ValueColumn> columns;
  for (const Metric& metric : metrics()) columns.push_back({metric.name, "REAL"});
  return columns;
}

std::vector<LaterColumns> later_columns() {
  return {{"sweep", {{"warnings", "TEXT"}, {"prices", "TEXT"}}},
          {"traces", {{"unrecorded_macs", "INTEGER"}, {"unrecorded", "TEXT"}}},
          {"totals", totals_columns()},
          {"layer_metrics", layer_columns()}};
}

std::vector<ValueColumn> later_columns(const std::string& table) {
  for (LaterColumns& later : later_columns())
    if (later.table == table) return std::move(later.columns);
  return {};
}

std::string later_values(SweepDatabase& database, const std::string& table) {
  const std::vector<ValueColumn> there =
      existing_columns(database, "main", table, later_columns(table));
  std::string values;
  for (const ValueColumn& column : later_columns(table)) {
    const bool known = find_row(there, column.name) != nullptr;
    values += (values.empty() ? "" : ", ") + (known ? column.name : "NULL");
  }
  return values;
}

std::vector<ValueColumn> existing_columns(SweepDatabase& database, const std::string& schema,
                                          const std::string& table,
                                          const std::vector<ValueColumn>& columns) {
  std::set<std::string> names;
  DatabaseQuery info(database, "SELECT name FROM pragma_table_info(?, ?)", {table, schema});
  while (info.next()) names.insert(info.text(0));
  std::vector<ValueColumn> there;
  for (const ValueColumn& column : columns)
    if (names.count(column.name) > 0) there.push_back(column);
  return there;
}

std::string names_of(const std::vector<ValueColumn>& columns) {
  std::string text;
  for (const ValueColumn& column : columns) text += (text.empty() ? "" : ", ") + column.name;
  return text;
}

std::string placeholders(const std::vector<ValueColumn>& columns) {
  std::string text;
  for (std::size_t i = 0; i < columns.size(); ++i) text += text.empty() ? "?" : ", ?";
  return text;
}

}  // namespace peeksim
