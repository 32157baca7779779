// What a run costs: how often each action was done (energy_actions.h), times what it costs once on
// the machine (energy_table.h), summed by component.
#pragma once

#include <vector>

#include "sim/base/counters.h"
#include "sim/cost/energy_actions.h"
#include "sim/cost/energy_table.h"

namespace peeksim {

// A table looked up for one machine. By default everything is free.
struct EnergyRates {
  // Of every component's actions, in their order and the table's unit; not a number where the table
  // was not asked.
  std::vector<double> prices = std::vector<double>(energy_action_count());
  PrecisionSpec precision;  // what the machine's elements take
};

// done: what the machine did in a whole run; nothing before it has run. The table is asked for what
// every machine does and for what this one did. Throws Error(config) when it does not know.
EnergyRates rates_for(const EnergyTable& table, const MachineSpec& machine,
                      const Counters& done = {});

// Energy by component, in the order of energy_components(), in the table's unit.
using Energy = std::vector<double>;
Energy price(const Counters& counters, const EnergyRates& rates);
double total(const Energy& energy);

}  // namespace peeksim
