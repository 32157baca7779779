// Energies per action that hold for machines of any size: by operand width, by buffer capacity, per
// PE.
#pragma once

#include <map>
#include <optional>
#include <string>

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

  // Whether a capacity lies between the outermost points. A single point covers all.
  bool covers(Bytes capacity) const;
  Bytes min_capacity() const { return points_.begin()->first; }
  Bytes max_capacity() const { return points_.rbegin()->first; }

 private:
  std::map<Bytes, double> points_;
};

struct EnergyPerAction {
  std::map<int, double> mac;  // per executed MAC, by operand width in bits
  double mac_gated = 0;       // per MAC not executed
  double psum_register = 0;   // per executed MAC
  // From a buffer to the array, one of the two: per byte and mm, or per byte however far.
  std::optional<double> wire, operand_transfer;
  CapacityCurve buffer_read, buffer_write, buffer_fill;  // per byte
  std::map<std::string, double> dram;                    // per byte, by the kind of DRAM
  double comparison = 0;                                 // per peek
  double window_bit = 0;                                 // per window bit
  double leakage_pe = 0;                                 // per PE and cycle, at 500 MHz
  double leakage_buffer_kib = 0;  // per KiB of on-chip buffer and cycle, at 500 MHz

  // Actions that only some machines do; a table may lack them.
  std::optional<double> operand_latch;  // per byte
  std::optional<double> tag_bit;        // per bit compared
  std::optional<double> weight_select;  // per byte and multiplexer of two inputs
};

// The table with these energies and areas. REQUIRES: a wire or an operand_transfer.
EnergyTable energy_table(std::string name, EnergyPerAction energies,
                         std::optional<AreaTable> area = {});

}  // namespace peeksim
