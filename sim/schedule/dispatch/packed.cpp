// Every column works through its own list of live positions, `rows` at a time.
#include <algorithm>

#include "sim/base/bits.h"
#include "sim/schedule/dispatch/dispatch_policies.h"

namespace peeksim {

namespace {

// The position in a column's list: the tile that takes its next position, and the row there.
struct Cursor {
  int tile = 0;
  int row = 0;
};

StepSums cut(const StepWindows& step, std::vector<Tile>& out, TilePositions* positions) {
  const int words = step.words();
  const int decision = cut_peek_pass(step, out);
  const std::size_t first = out.size();
  std::vector<Cursor> cursors(step.columns);
  std::vector<int> last_position;  // per tile: the last position counted as distinct
  int position = 0;
  for (std::size_t window = 0; window < step.neighbors.size(); ++window) {
    const std::uint64_t* live = step.live_of(window);
    for (int i = 0; i < step.neighbors[window]; ++i, ++position) {
      for_each_bit(live, words, [&](int column) {
        Cursor& cursor = cursors[column];
        if (static_cast<std::size_t>(cursor.tile) == last_position.size()) {
          last_position.push_back(-1);
          out.emplace_back();
          out.back().pass = Pass::neighbor;
          out.back().after = decision;
        }
        Tile& tile = out[first + cursor.tile];
        if (last_position[cursor.tile] != position) {
          last_position[cursor.tile] = position;
          tile.multicast = ++tile.distinct;
          if (positions != nullptr) positions->add(first + cursor.tile, position);
        }
        tile.live_cols += cursor.row == 0;
        tile.live_pes += 1;
        tile.drained = std::max(tile.drained, cursor.row + 1);
        if (++cursor.row == step.rows) cursor = {cursor.tile + 1, 0};
      });
    }
  }
  return {};
}

StepSums place(const StepWindows& step, std::vector<PlacedTile>& out) {
  std::vector<PlacedTile> tiles;
  PlacedTile empty(step.rows, step.columns);
  empty.multicast = true;
  std::vector<int> taken(step.columns);  // positions that each column's list has so far
  int neighbor = 0;
  for (std::size_t window = 0; window < step.neighbors.size(); ++window) {
    for (int i = 0; i < step.neighbors[window]; ++i, ++neighbor) {
      for_each_bit(step.live_of(window), step.words(), [&](int column) {
        const std::size_t tile = taken[column] / step.rows;
        if (tile == tiles.size()) tiles.push_back(empty);
        tiles[tile].neighbor[taken[column] % step.rows * step.columns + column] = neighbor;
        ++taken[column];
      });
    }
  }
  out.insert(out.end(), tiles.begin(), tiles.end());
  return {};
}

}  // namespace

const Dispatch packed_dispatch = {
    "packed", "each column packs its own live positions (needs a PE-private activation port)",
    cut,      place,
    nullptr,  {},
    4};

}  // namespace peeksim
