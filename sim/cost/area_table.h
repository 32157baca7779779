// The areas of a machine's parts, as an energy table states them (docs/energy.md).
#pragma once

#include <map>
#include <optional>

namespace peeksim {

// All in mm2.
struct AreaTable {
  std::map<int, double> mac;  // per lane of a PE, by operand width in bits, operand registers in it
  double pe = 0;              // the rest of a PE: accumulator and shadow accumulator
  double buffer_kib = 0;      // per KiB of on-chip buffer
  double comparator = 0;      // per column, threshold register in it
  double window_bit = 0;      // per window bit that the prediction unit can hold

  // Parts that only some machines have; a table may lack them.
  std::optional<double> register_bit;  // latches, tags, bins, queues, flags found
  std::optional<double> gate;          // of two inputs: comparing tags, finding a live tap
  std::optional<double> multiplexer;   // of two inputs, per bit
};

}  // namespace peeksim
