// The rows that the database stores for a finished point, in `totals` and `layer_metrics`, with
// values in the order of their columns.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/base/units.h"
#include "sim/report/numbers/priced.h"
#include "sim/workers/worker_pool.h"

namespace peeksim {

struct PointRows {
  struct OfScope {
    std::string name;
    int layers = 0;
    std::vector<Number> metrics;
    // Of the machine, then of the dense one.
    std::vector<std::optional<Count>> counters;
    std::vector<Number> energy;  // by component
  };
  struct OfLayer {
    std::string policy;
    std::vector<Number> metrics;
  };
  std::vector<OfScope> scopes;
  std::vector<OfLayer> layers;
};

PointRows rows_of(const PricedResult& priced);

// A point that has run: its serialized rows, or an error.
struct FinishedPoint {
  std::string key;
  JobOutcome outcome;
};

// For messages between processes. Throws Error(internal) for bytes that end too early.
std::string serialize(const PointRows& rows);
PointRows deserialize_rows(const std::string& bytes);

}  // namespace peeksim
