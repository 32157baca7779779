// The energy of a run: how often each action was done (energy_actions.h), times its energy on the
// machine (energy_table.h), summed by component.
#pragma once

#include <vector>

#include "sim/base/counters.h"
#include "sim/cost/energy_actions.h"
#include "sim/cost/energy_table.h"

namespace peeksim {

// The prices of all actions on one machine. By default everything is free.
struct EnergyRates {
  // Of every component's actions, in their order and the table's unit; NaN for an action that was
  // not priced.
  std::vector<double> prices = std::vector<double>(energy_action_count());
  PrecisionSpec precision;  // widths of the machine's elements
};

// totals: the counters of a whole run, all 0 before it. Prices the actions of every machine, and
// those that this one did. Throws Error(config) when the table lacks one of these.
EnergyRates rates_for(const EnergyTable& table, const MachineSpec& machine,
                      const Counters& totals = {});

// Energy by component, in the order of energy_components(), in the table's unit.
using Energy = std::vector<double>;
Energy price(const Counters& counters, const EnergyRates& rates);
double total(const Energy& energy);

}  // namespace peeksim
