// Positions that are gated for every channel of the group are dropped, the rest are packed.
#include "sim/schedule/dispatch/dispatch_policies.h"
#include "sim/schedule/dispatch/row_tiles.h"

namespace peeksim {

namespace {

StepSums cut(const StepWindows& step, std::vector<Tile>& tiles, TilePositions* positions) {
  const int decision = cut_peek_pass(step, tiles);
  return {cut_row_tiles(step, decision, false, tiles, positions), 0};
}

StepSums place(const StepWindows& step, std::vector<PlacedTile>& tiles) {
  return {place_row_tiles(step, false, tiles), 0};
}

}  // namespace

const Dispatch row_skip_dispatch = {
    "row_skip", "positions gated for every channel of the group are dropped, the rest packed", cut,
    place};

}  // namespace peeksim
