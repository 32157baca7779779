// The next `rows` positions; predicted-zero PEs are clock-gated and save energy but no time,
// unless a whole tile is gated.
#include "sim/schedule/dispatch/dispatch_policies.h"
#include "sim/schedule/dispatch/row_tiles.h"

namespace peeksim {

namespace {

Count tiles(const NeighborPass& pass, std::vector<Tile>& out) {
  return cut_row_tiles(pass, true, out);
}

Count place(const NeighborPass& pass, std::vector<PlacedTile>& out) {
  return place_row_tiles(pass, true, out);
}

}  // namespace

const Dispatch gate_dispatch = {
    "gate", "the next rows of positions; gated PEs idle, a tile without a live PE is skipped",
    tiles, place};

}  // namespace peeksim
