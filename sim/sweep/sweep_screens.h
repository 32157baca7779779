// What a plan and a database say about themselves on one screen.
#pragma once

#include <string>
#include <vector>

#include "sim/sweep/sweep_database.h"
#include "sim/sweep/sweep_plan.h"
#include "sim/sweep/sweep_rows.h"

namespace peeksim {

std::string plan_screen(const SweepPlan& plan);

// Throws Error(config) when the database is damaged.
std::string status_screen(SweepDatabase& database);

// The first `most` of these rows as a table: axes, then these columns. 0: all.
std::string rows_screen(const std::vector<const SweepRow*>& rows,
                        const std::vector<std::string>& columns, std::size_t most);

}  // namespace peeksim
