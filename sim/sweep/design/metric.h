// The metrics by which runs are compared, such as cycles and energy: one row of a table each. A new
// row appears in sweep files, databases, exports and searches.
#pragma once

#include <string>
#include <vector>

#include "sim/report/numbers/priced.h"
#include "sim/report/numbers/rates.h"

namespace peeksim {

// The input of a metric: the counters of some layers of a run, their machine, how many images they
// are of, and the unit of their energies.
struct MetricInput {
  const PricedPair& pair;
  const MachineSpec& machine;
  int images;
  const std::string& energy_unit;

  Rates rates() const { return rates_of(pair.machine, machine, images, energy_unit); }
};

struct Metric {
  const char* name;   // in files and options: "mac_reduction"
  const char* label;  // on pages: "MACs saved"
  const char* unit;   // "energy": in the energy table's unit
  const char* meaning;
  bool larger_is_better;
  Number (*value)(const MetricInput& input);
};

const std::vector<Metric>& metrics();

// The columns of the energy of every component: of the machine, "machine_energy_mac", then of the
// dense one, each in the order of energy_components().
std::vector<std::string> energy_columns();

// Whether exports and tables of points have a column of that name, which then cannot be an axis's.
bool is_result_column(const std::string& name);

// The row of that name. Throws Error(config) at `where` with a suggestion.
const Metric& find_metric(const std::string& name, const Location& where);

}  // namespace peeksim
