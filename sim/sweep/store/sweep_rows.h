// The points of a database as rows: what exports, rankings and Pareto fronts are made of. Their
// order is that of the plan, then that of the keys: whoever wrote the points, and in which order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/sweep/store/sweep_database.h"

namespace peeksim {

struct SweepRow {
  std::string key;
  std::optional<std::int64_t> position;  // in the latest plan
  std::string status, error;
  std::string network;
  std::string layer;  // of rows by layer
  std::string energy_unit;
  std::vector<std::pair<std::string, std::string>> axes;
  std::vector<std::optional<double>> values;  // of the columns that were asked for; none: not known
  double seconds = 0;
};

// Which numbers of a point, and over which layers.
struct RowQuery {
  std::string scope = "network";     // a scope of report/summary.h
  bool by_layer = false;             // a row per layer instead
  std::vector<std::string> columns;  // of the table of totals, or of layer metrics
  bool only_done = false;
};

// The order of rows in SQL; points are `p`.
constexpr const char* row_order = "p.position IS NULL, p.position, p.key";

// Throws Error(usage) for an unknown scope or column, Error(config) for a damaged database.
std::vector<SweepRow> read_rows(SweepDatabase& database, const RowQuery& query);

// What the sweep file asked for. Throws Error(config): damaged, or no sweep has run.
struct SweepHead {
  std::string name;
  std::vector<std::string> metrics;
  std::vector<Objective> objectives;
};
SweepHead read_head(SweepDatabase& database);

// Keys of the points that need not run: done, or failed unless `failed_too`.
std::vector<std::string> ended_points(SweepDatabase& database, bool failed_too);

// All names of axes, in the order in which the rows bring them.
std::vector<std::string> axes_of(const std::vector<SweepRow>& rows);

// The value on an axis, "" for a row without it.
std::string on_axis(const SweepRow& row, const std::string& axis);

}  // namespace peeksim
