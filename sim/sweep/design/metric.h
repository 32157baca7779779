// The metrics of a run: one row of a table each. Adding a row adds it to sweep files, databases,
// exports and searches.
#pragma once

#include <string>
#include <vector>

#include "sim/report/numbers/priced.h"

namespace peeksim {

// What a metric is a function of: some layers of a run, and the machine that they ran on.
struct MetricInput {
  const PricedPair& pair;
  const MachineSpec& machine;
};

struct Metric {
  const char* name;
  const char* unit;  // "energy": in the energy table's unit
  const char* meaning;
  bool largest;  // the larger the better
  Number (*value)(const MetricInput& input);
};

const std::vector<Metric>& metrics();

// The row of that name. Throws Error(config) at `where` with a suggestion.
const Metric& find_metric(const std::string& name, const Location& where);

}  // namespace peeksim
