// How long the array computes on a tile or a chunk of one.
#pragma once

#include <algorithm>

#include "sim/config/machine.h"
#include "sim/schedule/dispatch.h"

namespace peeksim {

// Cycles for `taps` taps of every live PE: the slowest of the lanes, the ifmap port and the weight
// port. A read width of 0 is unlimited.
inline Cycle tile_time(const Tile& tile, Count taps, int lanes, int ifmap_read_width,
                       int weight_read_width) {
  Cycle time = ceil_div(taps, lanes);
  if (ifmap_read_width > 0) time = std::max(time, ceil_div(tile.distinct * taps, ifmap_read_width));
  if (weight_read_width > 0)
    time = std::max(time, ceil_div(tile.live_cols * taps, weight_read_width));
  return time;
}

}  // namespace peeksim
