// Tiles whose PEs of a row share a position. Shared by gate and row_skip.
#pragma once

#include "sim/schedule/dispatch.h"

namespace peeksim {

// Cuts the neighbors of the step into tiles of `rows`, in window order. With `keep_dead_rows` a
// position that is gated in every column still takes a row (and a tile of only such positions is
// skipped); without, it is dropped first. Returns the number of skipped tiles.
// `after`: the decision that the tiles wait for.
Count cut_row_tiles(const StepWindows& step, int after, bool keep_dead_rows,
                    std::vector<Tile>& tiles, TilePositions* positions);

// The same tiles PE by PE.
Count place_row_tiles(const StepWindows& step, bool keep_dead_rows, std::vector<PlacedTile>& tiles);

}  // namespace peeksim
