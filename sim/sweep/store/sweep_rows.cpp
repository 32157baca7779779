#include "sim/sweep/store/sweep_rows.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/base/lookup.h"
#include "sim/report/numbers/summary.h"
#include "sim/sweep/store/sql.h"
#include "sim/sweep/store/sweep_tables.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

void require_columns(const RowQuery& query) {
  const std::vector<ValueColumn> known = query.by_layer ? layer_columns() : totals_columns();
  for (const std::string& column : query.columns)
    require_row(known, column, "metric", ErrorKind::usage, "");
  const std::vector<std::string> scopes = scope_names();
  if (std::find(scopes.begin(), scopes.end(), query.scope) == scopes.end())
    throw Error(ErrorKind::usage, "", "unknown scope '" + query.scope + "'",
                suggest(query.scope, scopes));
}

std::string select(SQLite::Database& sql, const RowQuery& query) {
  const std::vector<ValueColumn> there =
      query.by_layer ? columns_there(sql, "main", "layer_metrics", layer_columns())
                     : columns_there(sql, "main", "totals", totals_columns());
  std::string columns;
  for (const std::string& column : query.columns)
    columns += std::any_of(there.begin(), there.end(),
                           [&](const ValueColumn& known) { return known.name == column; })
                   ? ", v." + column
                   : ", NULL";
  const std::string layer = query.by_layer ? "l.name" : "''";
  const std::string values =
      query.by_layer
          ? "LEFT JOIN layer_metrics v ON v.point = p.id LEFT JOIN layers l ON l.trace = "
            "p.trace AND l.layer = v.layer "
          : "LEFT JOIN totals v ON v.point = p.id AND v.scope = ? ";
  return "SELECT p.key, p.position, p.status, p.error, p.axes, p.seconds, t.network, e.unit, " +
         layer + columns +
         " FROM points p JOIN traces t ON t.id = p.trace JOIN energy_tables e ON e.sha256 = "
         "p.energy_table " +
         values + (query.only_done ? "WHERE p.status = 'done' " : "") + "ORDER BY " + row_order +
         (query.by_layer ? ", v.layer" : "");
}

std::vector<std::pair<std::string, std::string>> axes_from(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> axes;
  const Json json = Json::parse(text);
  for (const auto& [axis, value] : json.items()) axes.emplace_back(axis, value.get<std::string>());
  return axes;
}

SweepRow row_of(SQLite::Statement& found, std::size_t columns) {
  SweepRow row;
  row.key = found.getColumn(0).getString();
  if (!found.getColumn(1).isNull()) row.position = found.getColumn(1).getInt64();
  row.status = found.getColumn(2).getString();
  row.error = found.getColumn(3).getString();
  row.axes = axes_from(found.getColumn(4).getString());
  row.seconds = found.getColumn(5).getDouble();
  row.network = found.getColumn(6).getString();
  row.energy_unit = found.getColumn(7).getString();
  row.layer = found.getColumn(8).getString();
  for (std::size_t i = 0; i < columns; ++i) {
    const SQLite::Column value = found.getColumn(static_cast<int>(9 + i));
    row.values.push_back(value.isNull() ? std::nullopt : std::optional(value.getDouble()));
  }
  return row;
}

// What is in a text column was written as JSON; anything else is damage.
template <class Work>
auto with_json(const std::string& path, const Work& work) {
  try {
    return work();
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::config, path, std::string("is damaged: ") + error.what(),
                "restore a copy");
  }
}

}  // namespace

std::vector<SweepRow> read_rows(SweepDatabase& database, const RowQuery& query) {
  require_columns(query);
  return with_sql(database.path(), [&] {
    return with_json(database.path(), [&] {
      std::vector<SweepRow> rows;
      SQLite::Statement found(database.sql(), select(database.sql(), query));
      if (!query.by_layer) found.bind(1, query.scope);
      while (found.executeStep()) rows.push_back(row_of(found, query.columns.size()));
      return rows;
    });
  });
}

SweepHead read_head(SweepDatabase& database) {
  return with_sql(database.path(), [&] {
    return with_json(database.path(), [&] {
      SQLite::Statement found(database.sql(), "SELECT name, metrics, objectives FROM sweep");
      if (!found.executeStep())
        throw Error(ErrorKind::config, database.path(), "holds no sweep yet", "run one into it");
      SweepHead head;
      head.name = found.getColumn(0).getString();
      head.metrics = Json::parse(found.getColumn(1).getString()).get<std::vector<std::string>>();
      const Json objectives = Json::parse(found.getColumn(2).getString());
      for (const auto& [metric, direction] : objectives.items())
        head.objectives.push_back({metric, direction == "max"});
      return head;
    });
  });
}

std::vector<std::string> axes_of(const std::vector<SweepRow>& rows) {
  std::vector<std::string> axes;
  for (const SweepRow& row : rows)
    for (const auto& [axis, value] : row.axes)
      if (std::find(axes.begin(), axes.end(), axis) == axes.end()) axes.push_back(axis);
  return axes;
}

std::string on_axis(const SweepRow& row, const std::string& axis) {
  for (const auto& [name, value] : row.axes)
    if (name == axis) return value;
  return "";
}

}  // namespace peeksim
