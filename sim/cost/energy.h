// What counters cost: each component of the accelerator as a sum of counters times energies per
// action (docs/energy.md). One row of a table per component.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/base/counters.h"
#include "sim/cost/energy_table.h"

namespace peeksim {

// A table looked up for one machine: its operand width, its buffers' capacities, its clock.
// Energies in the table's unit.
struct EnergyRates {
  struct Buffer {
    double read = 0, write = 0, fill = 0;  // per byte
  };
  double mac = 0, mac_gated = 0, psum_register = 0, operand_transfer = 0;
  Buffer ifmap, weight, ofmap;
  double dram = 0, comparison = 0, window_bit = 0;
  double leakage = 0;  // per cycle, whole accelerator
  int activation_bytes = 1, weight_bytes = 1;
};

// The width of a MAC: that of the wider operand.
int operand_bits(const MachineSpec& machine);

// The value of that width. Throws Error(config) when `by_width` has none; `what`: of what, "MAC".
double require_width(const std::map<int, double>& by_width, const EnergyTable& table,
                     const MachineSpec& machine, const std::string& what);

// Throws Error(config) when the table has no MAC of the machine's width.
EnergyRates rates_for(const EnergyTable& table, const MachineSpec& machine);

struct EnergyComponent {
  const char* name;   // in files: "ifmap_buffer"
  const char* label;  // on screens: "ifmap buffer"
  double (*energy)(const Counters& counters, const EnergyRates& rates);
};

const std::vector<EnergyComponent>& energy_components();

// Energy by component, in the order of energy_components(), in the table's unit.
using Energy = std::vector<double>;
Energy price(const Counters& counters, const EnergyRates& rates);
double total(const Energy& energy);

}  // namespace peeksim
