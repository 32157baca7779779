// What parts of a machine take on silicon, as a table states it (docs/energy.md).
#pragma once

#include <map>
#include <optional>

namespace peeksim {

// In mm2.
struct AreaTable {
  std::map<int, double> mac;  // per lane of a PE, by operand width in bits, operand registers in it
  double pe = 0;              // the rest of a PE: accumulator and shadow accumulator
  double buffer_kib = 0;      // per KiB of on-chip buffer
  double comparator = 0;      // per column, threshold register in it
  double window_bit = 0;      // per window bit that the prediction unit can hold

  // What only some machines are built of; a table may lack it.
  std::optional<double> register_bit;  // latches, tags, bins, queues, flags found
  std::optional<double> gate;          // of two inputs: comparing tags, finding a live tap
  std::optional<double> multiplexer;   // of two inputs, per bit
};

}  // namespace peeksim
