// Simulated time: one cycle is one nanosecond of kernel time, whatever the machine's frequency.
// The second half of a cycle exists only for the DRAM's choice between a load and a store that are
// requested in the same cycle.
#pragma once

#include <systemc>

#include "sim/base/overflow.h"
#include "sim/base/units.h"

namespace peeksim {

// Ticks of the kernel's clock, which counts in integers, in a cycle.
inline sc_dt::uint64 ticks_per_cycle() {
  static const sc_dt::uint64 ticks = sc_core::sc_time(1, sc_core::SC_NS).value();
  return ticks;
}

// A job may take half of the time that the kernel can count (kernel.h).
[[noreturn]] inline void throw_kernel_time_over() {
  throw Overflow(
      "outlasts the simulated clock, of 9.2e15 cycles for a layer and 1.8e16 for all that a "
      "process simulates");
}

// Exact for every cycle that the kernel's time can hold; a double's 53 bits are over after 10^13.
inline sc_core::sc_time cycles(Cycle n) {
  return sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(n) * ticks_per_cycle());
}

// The kernel's current cycle.
inline Cycle current_cycle() {
  return static_cast<Cycle>(sc_core::sc_time_stamp().value() / ticks_per_cycle());
}

// From now until the cycle `at`: no time when that has begun. Throws Overflow when the kernel's
// time is over before it has ended.
inline sc_core::sc_time until(Cycle at) {
  static const auto end = static_cast<Cycle>(sc_core::sc_max_time().value() / ticks_per_cycle());
  if (at >= end) throw_kernel_time_over();
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  const sc_core::sc_time then = cycles(at);
  return then > now ? then - now : sc_core::SC_ZERO_TIME;
}

}  // namespace peeksim
