// The metrics of a run: one row of a table each. Adding a row adds it to sweep files, databases,
// exports and searches.
#pragma once

#include <string>
#include <vector>

#include "sim/cost/energy.h"
#include "sim/report/numbers/summary.h"
#include "sim/run/result.h"

namespace peeksim {

// What a metric is a function of: the counters of some layers, and the machine that they ran on.
struct MetricInput {
  const CounterPair& counters;
  const MachineSpec& machine;
  const EnergyTable& table;
  const EnergyRates& rates;
};

struct Metric {
  const char* name;
  const char* unit;  // "energy": in the energy table's unit
  const char* meaning;
  bool largest;                               // the larger the better
  double (*value)(const MetricInput& input);  // NaN: not known
};

const std::vector<Metric>& metrics();

// The row of that name. Throws Error(config) at `where` with a suggestion.
const Metric& find_metric(const std::string& name, const Location& where);

}  // namespace peeksim
