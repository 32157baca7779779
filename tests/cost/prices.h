// Prices by the names of a component and of its action, for tests.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>

#include "sim/cost/energy.h"

namespace peeksim {

using Prices = std::map<std::string, double>;  // {"ifmap_buffer read", 1.25}

// A table of these prices on every machine, and no others.
inline EnergyTable table_of_prices(const Prices& prices) {
  EnergyTable table;
  table.price = [prices](const EnergyComponent& component, const EnergyAction& action,
                         const MachineSpec&, const Counters&) {
    const std::string name = std::string(component.name) + " " + action.name;
    REQUIRE(prices.count(name) == 1);
    return prices.at(name);
  };
  return table;
}

// A machine that did everything there is to do.
inline Counters everything() {
  Counters done;
  for_each_counter(done, [](const char*, const char*, Count& counter) { counter = 1; });
  ++done.ifmap_reads;  // one of them was multicast
  return done;
}

// What a table says of the actions that it is asked for.
inline Prices prices_on(const MachineSpec& machine, const EnergyTable& table,
                        const Counters& done = {}) {
  const EnergyRates rates = rates_for(table, machine, done);
  Prices prices;
  std::size_t i = 0;
  for (const EnergyComponent& component : energy_components())
    for (const EnergyAction& action : component.actions) {
      const double price = rates.prices[i++];
      if (!std::isnan(price)) prices[std::string(component.name) + " " + action.name] = price;
    }
  return prices;
}

}  // namespace peeksim
