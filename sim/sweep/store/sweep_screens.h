// One-screen summaries of a sweep's plan and of its database.
#pragma once

#include <string>
#include <vector>

#include "sim/report/screens/screen_style.h"
#include "sim/sweep/design/sweep_plan.h"
#include "sim/sweep/store/sweep_database.h"
#include "sim/sweep/store/sweep_rows.h"

namespace peeksim {

std::string plan_screen(const SweepPlan& plan, const ScreenStyle& style);

// How far a sweep is. Throws Error(config) when the database is damaged.
struct SweepStatus {
  std::string name;  // "" before the first run
  PointCounts counts;
  std::int64_t timed = 0;  // points that are done, with their wall time
  double all_seconds = 0, mean_seconds = 0, max_seconds = 0;
  std::int64_t earlier = 0;  // points that are not in the latest plan
  std::vector<std::pair<std::string, std::int64_t>>
      errors;  // each with its number of points, most frequent first
  std::vector<IncompleteTrace> incomplete;
};
SweepStatus read_status(SweepDatabase& database);

std::string status_screen(const SweepStatus& status, const ScreenStyle& style);
// A line for each trace: its file, and the MACs that it lacks.
std::string incomplete_screen(const std::vector<IncompleteTrace>& traces, const ScreenStyle& style);

// What energies were priced with, and the warnings of the latest plan, a line each.
std::string prices_screen(const SweepHead& head, const ScreenStyle& style);

std::string status_json(const SweepStatus& status);

// Rows as a table: axes, then these columns.
std::string rows_screen(const std::vector<SweepRow>& rows, const std::vector<std::string>& columns,
                        const ScreenStyle& style);

}  // namespace peeksim
