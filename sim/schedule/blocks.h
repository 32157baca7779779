// Cutting the ofmap plane into blocks that fit the ifmap and ofmap buffers.
#pragma once

#include <vector>

#include "sim/schedule/plan.h"

namespace peeksim {

// The ifmap bytes of a block: the bounding rectangle of all its taps, clipped to the map, for the
// C/groups channels of one convolution group.
Bytes ifmap_bytes(const Layer& layer, const Block& block, const PrecisionSpec& precision);

// The largest equal blocks that fit: full-width rows of windows, or else part of one row.
// Throws Error(machine) when not even one window fits.
std::vector<Block> cut_blocks(const Layer& layer, const MachineSpec& machine,
                              const WindowGrid& grid);

}  // namespace peeksim
