#include "sim/schedule/dispatch_policies/row_tiles.h"

#include <algorithm>

#include "sim/schedule/column_set.h"

namespace peeksim {

Count cut_row_tiles(const NeighborPass& pass, bool keep_dead_rows, std::vector<Tile>& tiles) {
  const int words = pass.words();
  std::vector<std::uint64_t> live_cols(words);
  Tile tile;
  int filled = 0;  // rows taken, live or dead
  Count skipped = 0;

  const auto finish = [&] {
    if (tile.live_pes > 0) {
      tile.live_cols = count_columns(live_cols.data(), words);
      tile.drained = tile.distinct;
      tiles.push_back(tile);
    } else {
      ++skipped;
    }
    tile = Tile();
    filled = 0;
    std::fill(live_cols.begin(), live_cols.end(), std::uint64_t{0});
  };

  for (std::size_t window = 0; window < pass.positions.size(); ++window) {
    const std::uint64_t* live = pass.live_of(window);
    const int columns = count_columns(live, words);
    if (columns == 0 && !keep_dead_rows) continue;
    for (int left = pass.positions[window]; left > 0;) {
      const int taken = std::min(left, pass.rows - filled);
      if (columns > 0) {
        tile.distinct += taken;
        tile.live_pes += taken * columns;
        for (int w = 0; w < words; ++w) live_cols[w] |= live[w];
      }
      filled += taken;
      left -= taken;
      if (filled == pass.rows) finish();
    }
  }
  if (filled > 0) finish();
  return skipped;
}

}  // namespace peeksim
