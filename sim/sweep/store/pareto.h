// Finds the best points of a sweep: in one metric, or the Pareto front of several.
#pragma once

#include <vector>

#include "sim/sweep/store/sweep_rows.h"

namespace peeksim {

// Rows from best to worst; rows without the value are left out. Equal ones keep their order.
// column: an index of the rows' values.
std::vector<const SweepRow*> ranked(const std::vector<SweepRow>& rows, std::size_t column,
                                    bool maximize);

// The rows that no other dominates: none is at least as good in every objective and better in one.
// objectives[i] is about values[i]. Rows without one of the values are left out. In the rows'
// order.
std::vector<const SweepRow*> pareto_front(const std::vector<SweepRow>& rows,
                                          const std::vector<Objective>& objectives);

}  // namespace peeksim
