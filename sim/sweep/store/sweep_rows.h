// Reads the points of a database as rows, for exports, rankings and Pareto fronts. Rows are in the
// order of the plan, then of the keys, whatever the order in which points were written.
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
  std::string layer;  // when by layer
  std::string energy_unit;
  std::vector<std::pair<std::string, std::string>> axes;
  std::vector<std::optional<double>> values;  // of the queried columns; none: unknown
  int streamed_layers = 0;                    // whose weights the machine streams
  double seconds = 0;
};

// Selects the values of a point, and the layers that they are summed over.
struct RowQuery {
  std::string scope = "network";     // a scope of report/summary.h
  bool by_layer = false;             // a row per layer instead
  std::vector<std::string> columns;  // of the table of totals, or of layer metrics
  bool only_done = false;
  bool only_latest = false;  // without points that the latest sweep file does not have
};

// The order of rows in SQL, and which of them `only_latest` takes; points are `p`.
constexpr const char* row_order = "p.position IS NULL, p.position, p.key";
constexpr const char* in_latest_plan = "p.position IS NOT NULL";

// Throws Error(usage) for an unknown scope or column, Error(config) for a damaged database.
std::vector<SweepRow> read_rows(SweepDatabase& database, const RowQuery& query);

// Settings of the sweep file. Throws Error(config): damaged, or no sweep has run.
struct SweepHead {
  std::string name;
  std::vector<std::string> metrics;
  std::vector<Objective> objectives;
  // Of the latest plan; empty in databases of earlier versions.
  std::vector<std::string> warnings;
  std::vector<std::string> prices;  // as SweepPlan::prices
};
SweepHead read_head(SweepDatabase& database);

// The traces of points that do not hold all MACs of their network, in the order in which they were
// entered. Databases of earlier versions do not know.
struct IncompleteTrace {
  std::string file;
  UnrecordedMacs unrecorded;
};
std::vector<IncompleteTrace> incomplete_traces(SweepDatabase& database);

// How many finished points the latest sweep file does not have.
std::int64_t earlier_points(SweepDatabase& database);

// Keys of the points that need not run: done, or failed unless `retry_failed`.
std::vector<std::string> ended_points(SweepDatabase& database, bool retry_failed);

// The names of all axes, in order of first appearance.
std::vector<std::string> axes_of(const std::vector<SweepRow>& rows);

// The value on an axis, "" for a row without it.
std::string on_axis(const SweepRow& row, const std::string& axis);

}  // namespace peeksim
