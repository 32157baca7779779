#include "sim/sweep/store/merge_sql.h"

#include <vector>

#include "sim/sweep/store/sweep_tables.h"

namespace peeksim {

namespace {

// A finished point beats a failed one, which beats one that has not run.
constexpr const char* better =
    "(CASE s.status WHEN 'done' THEN 2 WHEN 'failed' THEN 1 ELSE 0 END) > "
    "(CASE p.status WHEN 'done' THEN 2 WHEN 'failed' THEN 1 ELSE 0 END)";

const char* const import_referenced_rows = R"(
INSERT OR IGNORE INTO main.layers (trace, layer, name, kind)
  SELECT t.id, l.layer, l.name, l.kind FROM other.layers l
  JOIN other.traces o ON o.id = l.trace JOIN main.traces t ON t.sha256 = o.sha256;
INSERT OR IGNORE INTO main.thresholds SELECT * FROM other.thresholds;
INSERT OR IGNORE INTO main.energy_tables SELECT * FROM other.energy_tables;
)";

// Rows of a table with these columns, and those of the later ones that the other database has.
std::string import_rows(SweepDatabase& database, const std::string& table, std::string columns) {
  for (const ValueColumn& column : existing_columns(database, "other", table, later_columns(table)))
    columns += ", " + column.name;
  return "INSERT OR IGNORE INTO main." + table + " (" + columns + ")\n  SELECT " + columns +
         " FROM other." + table + " ORDER BY id;\n";
}

// "v.a, v.b": the points have columns of the same names.
std::string values_of(const std::vector<ValueColumn>& columns) {
  std::string text;
  for (const ValueColumn& column : columns) text += ", v." + column.name;
  return text;
}

std::string import_points(const std::vector<ValueColumn>& existing_totals,
                          const std::vector<ValueColumn>& existing_layers) {
  const std::string totals = names_of(existing_totals), layers = names_of(existing_layers);
  return std::string(R"(
CREATE TEMP TABLE taken AS
  SELECT s.id AS id, s.key AS key FROM other.points s LEFT JOIN main.points p ON p.key = s.key
  WHERE p.key IS NULL OR )") +
         better + R"(;
INSERT OR IGNORE INTO main.points (key, position, status, axes, machine, thresholds, trace, images,
    energy_table, version)
  SELECT s.key, s.position, 'pending', s.axes, s.machine, s.thresholds, t.id, s.images,
    s.energy_table, s.version
  FROM other.points s JOIN other.traces o ON o.id = s.trace JOIN main.traces t
  ON t.sha256 = o.sha256 ORDER BY s.id;
UPDATE main.points AS p SET position = min(coalesce(p.position, s.position),
    coalesce(s.position, p.position)) FROM other.points s WHERE s.key = p.key;
UPDATE main.points AS p SET status = s.status, error = s.error, exit_code = s.exit_code,
    seconds = s.seconds
  FROM other.points s WHERE s.key = p.key AND s.key IN (SELECT key FROM taken);
INSERT OR REPLACE INTO main.totals (point, scope, layers, )" +
         totals + ")\n  SELECT p.id, v.scope, v.layers" + values_of(existing_totals) + R"(
  FROM other.totals v JOIN taken ON taken.id = v.point JOIN main.points p ON p.key = taken.key;
INSERT OR REPLACE INTO main.layer_metrics (point, layer, policy, )" +
         layers + ")\n  SELECT p.id, v.layer, v.policy" + values_of(existing_layers) + R"(
  FROM other.layer_metrics v JOIN taken ON taken.id = v.point
  JOIN main.points p ON p.key = taken.key;
DROP TABLE taken;
)";
}

}  // namespace

std::string merge_sql(SweepDatabase& database) {
  std::string sql =
      import_rows(database, "sweep", "id, name, metrics, objectives") +
      import_rows(database, "traces", "sha256, file, network, origin, synthetic, images") +
      import_referenced_rows;
  if (has_inputs_table(database, "other"))
    sql += "INSERT OR IGNORE INTO main.inputs SELECT * FROM other.inputs;\n";
  return sql + import_points(existing_columns(database, "other", "totals", totals_columns()),
                             existing_columns(database, "other", "layer_metrics", layer_columns()));
}

}  // namespace peeksim
