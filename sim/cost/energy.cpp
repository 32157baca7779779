#include "sim/cost/energy.h"

#include <numeric>

namespace peeksim {

EnergyRates rates_for(const EnergyTable& table, const MachineSpec& machine) {
  EnergyRates rates;
  auto rate = rates.prices.begin();
  for (const EnergyComponent& component : energy_components())
    for (const EnergyAction& action : component.actions)
      *rate++ = table.price(component, action, machine);
  rates.precision = machine.precision;
  return rates;
}

Energy price(const Counters& counters, const EnergyRates& rates) {
  Energy energy;
  auto rate = rates.prices.begin();
  for (const EnergyComponent& component : energy_components()) {
    double sum = 0;  // in the order of the actions, so that results stay the same to the last bit
    for (const EnergyAction& action : component.actions)
      sum += static_cast<double>(action.count(counters, rates.precision)) * *rate++;
    energy.push_back(sum);
  }
  return energy;
}

double total(const Energy& energy) {
  return std::accumulate(energy.begin(), energy.end(), 0.0);
}

}  // namespace peeksim
