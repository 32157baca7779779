#include "sim/cost/energy.h"

#include <limits>
#include <numeric>

namespace peeksim {

EnergyRates rates_for(const EnergyTable& table, const MachineSpec& machine,
                      const Counters& totals) {
  EnergyRates rates;
  auto rate = rates.prices.begin();
  for (const EnergyComponent& component : energy_components())
    for (const EnergyAction& action : component.actions) {
      const bool priced = action.on_every_machine || action.count(totals, machine.precision) != 0;
      *rate++ = priced ? table.price(component, action, machine, totals)
                       : std::numeric_limits<double>::quiet_NaN();
    }
  rates.precision = machine.precision;
  return rates;
}

Energy price(const Counters& counters, const EnergyRates& rates) {
  Energy energy;
  auto rate = rates.prices.begin();
  for (const EnergyComponent& component : energy_components()) {
    double sum = 0;  // in the order of the actions, so that results stay the same to the last bit
    for (const EnergyAction& action : component.actions) {
      const double count = action.count(counters, rates.precision);
      if (count != 0) sum += count * *rate;
      ++rate;
    }
    energy.push_back(sum);
  }
  return energy;
}

double total(const Energy& energy) {
  return std::accumulate(energy.begin(), energy.end(), 0.0);
}

}  // namespace peeksim
