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
  // How often, exact. precision: elements are counted, and buffers move bytes, of which an element
  // may take a half.
  double (*count)(const Counters& counters, const PrecisionSpec& precision);
  bool on_every_machine = true;  // else a table may lack it
};

struct EnergyComponent {
  const char* name;   // in files: "ifmap_buffer"
  const char* label;  // on screens: "ifmap buffer"
  std::vector<EnergyAction> actions;
};

const std::vector<EnergyComponent>& energy_components();

// The number of actions of all components.
std::size_t energy_action_count();

}  // namespace peeksim
