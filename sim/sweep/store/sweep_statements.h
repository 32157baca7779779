// The statements that a sweep repeats for every point, prepared once.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "sim/sweep/store/sweep_tables.h"

namespace peeksim {

struct SweepStatements {
  explicit SweepStatements(SQLite::Database& sql)
      : find(sql, "SELECT status FROM points WHERE key = ?"),
        id_of(sql, "SELECT id FROM points WHERE key = ?"),
        enter(
            sql,
            "INSERT INTO points (key, position, status, axes, machine, thresholds, trace, images, "
            "energy_table, version) VALUES (?, ?, 'pending', ?, ?, ?, (SELECT id FROM traces "
            "WHERE sha256 = ?), ?, ?, ?)"),
        thresholds(sql, "INSERT OR IGNORE INTO thresholds VALUES (?, ?)"),
        place(sql, "UPDATE points SET position = ?, axes = ? WHERE key = ?"),
        fail(
            sql,
            "UPDATE points SET status = 'failed', error = ?, exit_code = ?, seconds = ? WHERE id = "
            "?"),
        finish(sql,
               "UPDATE points SET status = 'done', error = NULL, exit_code = NULL, seconds = ? "
               "WHERE id = ?"),
        totals(sql, "INSERT OR REPLACE INTO totals (point, scope, layers, " +
                        names_of(totals_columns()) + ") VALUES (?, ?, ?, " +
                        placeholders(totals_columns()) + ")"),
        layer(sql, "INSERT OR REPLACE INTO layer_metrics (point, layer, policy, " +
                       names_of(layer_columns()) + ") VALUES (?, ?, ?, " +
                       placeholders(layer_columns()) + ")") {}

  SQLite::Statement find, id_of, enter, thresholds, place, fail, finish, totals, layer;
};

}  // namespace peeksim
