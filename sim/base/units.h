// The quantities of the simulator: exact signed integers, so that a difference never wraps.
#pragma once

#include <cstdint>

namespace peeksim {

using Cycle = std::int64_t;  // clock cycles
using Bytes = std::int64_t;
using Count = std::int64_t;  // MACs, elements, outputs, windows, tiles

// The largest value of a counter: what reports compute from counters, such as the bytes of all
// buffers, then fits as well.
constexpr Count max_count = Count{1} << 58;

// REQUIRES: numerator >= 0, denominator > 0.
constexpr std::int64_t ceil_div(std::int64_t numerator, std::int64_t denominator) {
  return (numerator + denominator - 1) / denominator;
}

}  // namespace peeksim
