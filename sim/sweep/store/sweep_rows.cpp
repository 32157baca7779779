#include "sim/sweep/store/sweep_rows.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/base/lookup.h"
#include "sim/report/files/read_json.h"
#include "sim/report/numbers/summary.h"
#include "sim/sweep/store/database_query.h"
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

std::string select(SweepDatabase& database, const RowQuery& query) {
  const std::vector<ValueColumn> there =
      query.by_layer ? existing_columns(database, "main", "layer_metrics", layer_columns())
                     : existing_columns(database, "main", "totals", totals_columns());
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
  return "SELECT p.key, p.position, p.status, p.error, p.axes, p.seconds, t.network, e.unit, "
         "s.layers, " +
         layer + columns +
         " FROM points p JOIN traces t ON t.id = p.trace JOIN energy_tables e ON e.sha256 = "
         "p.energy_table LEFT JOIN totals s ON s.point = p.id AND s.scope = 'streamed_layers' " +
         values + "WHERE " + (query.only_done ? "p.status = 'done'" : "1") + " AND " +
         (query.only_latest ? in_latest_plan : "1") + " ORDER BY " + row_order +
         (query.by_layer ? ", v.layer" : "");
}

// Those that a sweep file named; exports show them.
void require_known_metrics(const SweepHead& head, const std::string& path) {
  std::vector<std::string> names = head.metrics;
  for (const Objective& objective : head.objectives) names.push_back(objective.metric);
  const std::vector<ValueColumn> known = totals_columns();
  for (const std::string& name : names)
    if (find_row(known, name) == nullptr)
      throw Error(ErrorKind::config, path, "its sweep names the unknown metric '" + name + "'",
                  "use the program that wrote it, or restore a copy");
}

// path: of the database.
Json read_stored(const std::string& text, const std::string& path) {
  return read_json<Json>(text, Location{path, 0, ""}, "restore a copy");
}

std::vector<std::pair<std::string, std::string>> axes_from(const Json& json) {
  std::vector<std::pair<std::string, std::string>> axes;
  for (const auto& [axis, value] : json.get_ref<const Json::object_t&>())
    axes.emplace_back(axis, value.get<std::string>());
  return axes;
}

SweepRow row_of(DatabaseQuery& found, std::size_t columns, const std::string& path) {
  SweepRow row;
  row.key = found.text(0);
  row.position = found.optional_integer(1);
  row.status = found.text(2);
  row.error = found.text(3);
  row.axes = axes_from(read_stored(found.text(4), path));
  row.seconds = found.real(5);
  row.network = found.text(6);
  row.energy_unit = found.text(7);
  row.streamed_layers = static_cast<int>(found.integer(8));
  row.layer = found.text(9);
  for (std::size_t i = 0; i < columns; ++i)
    row.values.push_back(found.optional_real(static_cast<int>(10 + i)));
  return row;
}

// Some text columns hold JSON; anything else there is damage.
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
  return with_json(database.path(), [&] {
    std::vector<SweepRow> rows;
    const std::vector<std::string> texts =
        query.by_layer ? std::vector<std::string>() : std::vector<std::string>{query.scope};
    DatabaseQuery found(database, select(database, query), texts);
    while (found.next()) rows.push_back(row_of(found, query.columns.size(), database.path()));
    return rows;
  });
}

SweepHead read_head(SweepDatabase& database) {
  return with_json(database.path(), [&] {
    DatabaseQuery found(database, "SELECT name, metrics, objectives, " +
                                      later_values(database, "sweep") + " FROM sweep");
    if (!found.next())
      throw Error(ErrorKind::config, database.path(), "holds no sweep yet", "run one into it");
    SweepHead head;
    head.name = found.text(0);
    head.metrics = read_stored(found.text(1), database.path()).get<std::vector<std::string>>();
    const Json objectives = read_stored(found.text(2), database.path());
    for (const auto& [metric, direction] : objectives.get_ref<const Json::object_t&>())
      head.objectives.push_back({metric, direction == "max"});
    for (const auto& [place, list] : {std::pair(3, &head.warnings), {4, &head.prices}})
      if (const std::string text = found.text(place); !text.empty())
        *list = read_stored(text, database.path()).get<std::vector<std::string>>();
    require_known_metrics(head, database.path());
    return head;
  });
}

std::vector<IncompleteTrace> incomplete_traces(SweepDatabase& database) {
  std::vector<IncompleteTrace> traces;
  DatabaseQuery found(database,
                      "SELECT file, " + later_values(database, "traces") +
                          " FROM traces WHERE id IN (SELECT trace FROM points) ORDER BY id");
  while (found.next())
    if (found.integer(1) > 0) traces.push_back({found.text(0), {found.integer(1), found.text(2)}});
  return traces;
}

std::int64_t earlier_points(SweepDatabase& database) {
  DatabaseQuery found(database, std::string("SELECT count(*) FROM points p WHERE p.status = "
                                            "'done' AND NOT (") +
                                    in_latest_plan + ")");
  return found.next() ? found.integer(0) : 0;
}

std::vector<std::string> ended_points(SweepDatabase& database, bool retry_failed) {
  std::vector<std::string> keys;
  DatabaseQuery found(database, std::string("SELECT key FROM points WHERE status = 'done'") +
                                    (retry_failed ? "" : " OR status = 'failed'"));
  while (found.next()) keys.push_back(found.text(0));
  return keys;
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
