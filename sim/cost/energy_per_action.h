// Energies that hold for machines of any size: by operand width, by capacity of a buffer, per PE.
#pragma once

#include <map>
#include <string>

#include "sim/config/machine.h"
#include "sim/cost/energy_table.h"

namespace peeksim {

// Energy per byte by buffer capacity: a straight line in log-log between the given points, constant
// outside them.
class CapacityCurve {
 public:
  CapacityCurve() = default;
  // REQUIRES: at least one point; capacities and energies above 0.
  explicit CapacityCurve(std::map<Bytes, double> points) : points_(std::move(points)) {}

  double at(Bytes capacity) const;

 private:
  std::map<Bytes, double> points_;
};

struct EnergyPerAction {
  std::map<int, double> mac;    // per executed MAC, by operand width in bits
  double mac_gated = 0;         // per MAC not executed
  double psum_register = 0;     // per executed MAC
  double operand_transfer = 0;  // per byte from a buffer to the array
  CapacityCurve buffer_read, buffer_write, buffer_fill;  // per byte
  double dram = 0;                                       // per byte
  double comparison = 0;                                 // per peek
  double window_bit = 0;                                 // per window bit
  double leakage_pe = 0;                                 // per PE and cycle, at 500 MHz
  double leakage_buffer_kib = 0;  // per KiB of on-chip buffer and cycle, at 500 MHz
};

// The table that answers with these energies.
EnergyTable energy_table(std::string name, EnergyPerAction energies);

// The width of a MAC in bits: that of the wider operand.
int operand_bits(const MachineSpec& machine);

// The value of that width. Throws Error(config) when `by_width` has none; `table`: its name;
// `what`: of what, "MAC".
double require_width(const std::map<int, double>& by_width, const std::string& table,
                     const MachineSpec& machine, const std::string& what);

}  // namespace peeksim
