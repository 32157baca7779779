// What an accelerator does that costs energy: the actions of each component, counted exactly and
// without a price (docs/energy.md). Energies are these counts times a table's prices.
#pragma once

#include <string>
#include <vector>

#include "sim/base/counters.h"
#include "sim/config/machine.h"

namespace peeksim {

struct EnergyAction {
  const char* name;  // in energy tables: "read"
  const char* unit;  // what is counted: "byte"
  // precision: elements are counted, and buffers move bytes.
  Count (*count)(const Counters& counters, const PrecisionSpec& precision);
  bool everywhere = true;  // every machine does it; a table may lack what only some of them do
};

struct EnergyComponent {
  const char* name;   // in files: "ifmap_buffer"
  const char* label;  // on screens: "ifmap buffer"
  std::vector<EnergyAction> actions;
};

const std::vector<EnergyComponent>& energy_components();

// How many actions the components have together.
std::size_t energy_action_count();

}  // namespace peeksim
