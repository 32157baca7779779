// Positions that are gated for every channel of the group are dropped, the rest are packed.
#include "sim/schedule/dispatch/dispatch_policies.h"
#include "sim/schedule/dispatch/row_tiles.h"

namespace peeksim {

namespace {

Count tiles(const NeighborPass& pass, std::vector<Tile>& out) {
  return cut_row_tiles(pass, false, out);
}

Count place(const NeighborPass& pass, std::vector<PlacedTile>& out) {
  return place_row_tiles(pass, false, out);
}

}  // namespace

const Dispatch row_skip_dispatch = {
    "row_skip", "positions gated for every channel of the group are dropped, the rest packed",
    tiles, place};

}  // namespace peeksim
