// What parts of a machine take on silicon, as a table states it (docs/energy.md).
#pragma once

#include <map>

namespace peeksim {

// In mm2.
struct AreaTable {
  std::map<int, double> mac;  // per lane of a PE, by operand width in bits, operand registers in it
  double pe = 0;              // the rest of a PE: accumulator and shadow accumulator
  double buffer_kib = 0;      // per KiB of on-chip buffer
  double comparator = 0;      // per column, threshold register in it
  double window_bit = 0;      // per window bit that the prediction unit can hold
};

}  // namespace peeksim
