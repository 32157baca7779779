// Simulated time: one cycle is one nanosecond of kernel time, whatever the machine's frequency.
// The second half of a cycle exists only for the DRAM's choice between a load and a store that are
// requested in the same cycle.
#pragma once

#include <systemc>

#include "sim/base/units.h"

namespace peeksim {

inline sc_core::sc_time cycles(Cycle n) {
  return sc_core::sc_time(static_cast<double>(n), sc_core::SC_NS);
}

// The cycle in which the kernel stands.
inline Cycle current_cycle() {
  static const sc_dt::uint64 ticks = sc_core::sc_time(1, sc_core::SC_NS).value();
  return static_cast<Cycle>(sc_core::sc_time_stamp().value() / ticks);
}

}  // namespace peeksim
