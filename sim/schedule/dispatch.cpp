#include "sim/schedule/dispatch.h"

#include <algorithm>
#include <numeric>

#include "sim/base/lookup.h"
#include "sim/schedule/dispatch/dispatch_policies.h"

namespace peeksim {

const std::vector<Dispatch>& dispatch_policies() {
  static const std::vector<Dispatch> table = {gate_dispatch, row_skip_dispatch, packed_dispatch,
                                              balanced_dispatch, balanced_fill_dispatch};
  return table;
}

const Dispatch& find_dispatch(const std::string& name) {
  return require_row(dispatch_policies(), name, "dispatch policy", ErrorKind::config,
                     "array.dispatch");
}

PlacedTile::PlacedTile(int rows, int columns)
    : neighbor(std::size_t(rows) * columns, idle_pe), channel(columns) {
  std::iota(channel.begin(), channel.end(), 0);
}

void cut_full_tiles(Pass pass, Count positions, int rows, int columns, std::vector<Tile>& tiles) {
  for (Count left = positions; left > 0; left -= rows) {
    const int taken = static_cast<int>(std::min<Count>(left, rows));
    Tile tile;
    tile.distinct = taken;
    tile.live_cols = columns;
    tile.drained = taken;
    tile.live_pes = taken * columns;
    tile.pass = pass;
    tile.peeks = pass == Pass::dense ? 0 : tile.live_pes;
    tiles.push_back(tile);
  }
}

int cut_peek_pass(const StepWindows& step, std::vector<Tile>& tiles) {
  const Count peeks = std::accumulate(step.peeks.begin(), step.peeks.end(), Count{0});
  if (peeks == 0) return no_decision;
  const std::size_t begin = tiles.size();
  cut_full_tiles(step.first_pass, peeks, step.rows, step.columns, tiles);
  for (std::size_t t = begin; t < tiles.size(); ++t) tiles[t].speed = step.first_speed;
  return tiles.back().decides = 0;
}

}  // namespace peeksim
