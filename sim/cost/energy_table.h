// Energy per action and area per part: a file of configs/energy, every number with its source
// (docs/energy.md).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/machine.h"

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

// What parts of a machine take on silicon, in mm2.
struct AreaTable {
  std::map<int, double> mac;  // per lane of a PE, by operand width in bits, operand registers in it
  double pe = 0;              // the rest of a PE: accumulator and shadow accumulator
  double buffer_kib = 0;      // per KiB of on-chip buffer
  double comparator = 0;      // per column, threshold register in it
  double window_bit = 0;      // per window bit that the prediction unit can hold
};

struct EnergyTable {
  std::string name;
  std::string source;
  std::string unit = "pJ";      // "pJ", or "mac": relative to one 16-bit MAC
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
  std::optional<AreaTable> area;  // none: not known
};

// Reads a table. Throws Error(config): unknown, missing, duplicate or negative entries.
EnergyTable load_energy_table(const std::string& path);

// The names of tables that find_energy_table() knows, sorted.
std::vector<std::string> energy_table_names(const std::string& beside);

// The file of a table: a path as it is (when it has a '/' or ends in .yaml), relative to
// `beside`; a name is looked up in the folder energy/ beside `beside`, then among the shipped
// tables. Throws Error(config) at `where` that lists the known names.
std::string find_energy_table(const std::string& name_or_path, const std::string& beside,
                              const Location& where);

// The file of the table that a machine names, or of the default one. machine_path: the machine's
// own file.
std::string energy_table_path(const MachineSpec& machine, const std::string& machine_path);

// That table.
EnergyTable energy_table_of(const MachineSpec& machine, const std::string& machine_path);

}  // namespace peeksim
