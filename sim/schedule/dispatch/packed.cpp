// Every column works through its own list of live positions, `rows` at a time.
#include <algorithm>

#include "sim/base/column_set.h"
#include "sim/schedule/dispatch/dispatch_policies.h"

namespace peeksim {

namespace {

// Where a column's list stands: the tile that takes its next position, and the row there.
struct Cursor {
  int tile = 0;
  int row = 0;
};

Count tiles(const NeighborPass& pass, std::vector<Tile>& out) {
  const int words = pass.words();
  const std::size_t first = out.size();
  std::vector<Cursor> cursors(pass.columns);
  std::vector<std::int64_t> last_position;  // per tile: the last position counted as distinct
  std::int64_t position = 0;
  for (std::size_t window = 0; window < pass.positions.size(); ++window) {
    const std::uint64_t* live = pass.live_of(window);
    for (int i = 0; i < pass.positions[window]; ++i, ++position) {
      for_each_column(live, words, [&](int column) {
        Cursor& cursor = cursors[column];
        if (static_cast<std::size_t>(cursor.tile) == last_position.size()) {
          last_position.push_back(-1);
          out.emplace_back();
        }
        Tile& tile = out[first + cursor.tile];
        tile.distinct += last_position[cursor.tile] != position;
        last_position[cursor.tile] = position;
        tile.live_cols += cursor.row == 0;
        tile.live_pes += 1;
        tile.drained = std::max(tile.drained, cursor.row + 1);
        if (++cursor.row == pass.rows) cursor = {cursor.tile + 1, 0};
      });
    }
  }
  return 0;
}

Count place(const NeighborPass& pass, std::vector<PlacedTile>& out) {
  std::vector<PlacedTile> tiles;
  std::vector<int> taken(pass.columns);  // positions that each column's list has so far
  int neighbor = 0;
  for (std::size_t window = 0; window < pass.positions.size(); ++window) {
    for (int i = 0; i < pass.positions[window]; ++i, ++neighbor) {
      for_each_column(pass.live_of(window), pass.words(), [&](int column) {
        const std::size_t tile = taken[column] / pass.rows;
        if (tile == tiles.size()) tiles.emplace_back(pass.rows * pass.columns, idle_pe);
        tiles[tile][taken[column] % pass.rows * pass.columns + column] = neighbor;
        ++taken[column];
      });
    }
  }
  out.insert(out.end(), tiles.begin(), tiles.end());
  return 0;
}

}  // namespace

const Dispatch packed_dispatch = {
    "packed", "each column packs its own live positions (needs a PE-private activation port)",
    tiles, place};

}  // namespace peeksim
