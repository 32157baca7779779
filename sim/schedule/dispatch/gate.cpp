// The next `rows` positions; predicted-zero PEs are clock-gated and save energy but no time,
// unless a whole tile is gated.
#include "sim/schedule/dispatch/dispatch_policies.h"
#include "sim/schedule/dispatch/row_tiles.h"

namespace peeksim {

namespace {

StepSums cut(const StepWindows& step, std::vector<Tile>& tiles, TilePositions* positions) {
  const int decision = cut_peek_pass(step, tiles);
  return {cut_row_tiles(step, decision, true, tiles, positions), 0};
}

StepSums place(const StepWindows& step, std::vector<PlacedTile>& tiles) {
  return {place_row_tiles(step, true, tiles), 0};
}

}  // namespace

const Dispatch gate_dispatch = {
    "gate", "the next rows of positions; gated PEs idle, a tile without a live PE is skipped", cut,
    place};

}  // namespace peeksim
