// Prices by the names of a component and of its action, for tests.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "sim/cost/energy.h"

namespace peeksim {

using Prices = std::map<std::string, double>;  // {"ifmap_buffer read", 1.25}

// A table of these prices on every machine, and no others.
inline EnergyTable table_of_prices(const Prices& prices) {
  EnergyTable table;
  table.price = [prices](const EnergyComponent& component, const EnergyAction& action,
                         const MachineSpec&) {
    const std::string name = std::string(component.name) + " " + action.name;
    REQUIRE(prices.count(name) == 1);
    return prices.at(name);
  };
  return table;
}

// What a table says of every action.
inline Prices prices_on(const MachineSpec& machine, const EnergyTable& table) {
  const EnergyRates rates = rates_for(table, machine);
  Prices prices;
  std::size_t i = 0;
  for (const EnergyComponent& component : energy_components())
    for (const EnergyAction& action : component.actions)
      prices[std::string(component.name) + " " + action.name] = rates.prices[i++];
  return prices;
}

}  // namespace peeksim
