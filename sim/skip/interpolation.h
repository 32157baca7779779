// Where outputs that are interpolated have their values from (docs/machine.md section 2,
// "Perforation").
#pragma once

#include "sim/skip/window_grid.h"

namespace peeksim {

// The plane position (row · Q + column) of the output from which the one at `position` takes its
// value: its own where it is computed.
int source_of(const WindowGrid& grid, int position);

}  // namespace peeksim
