#include "sim/schedule/dispatch/row_tiles.h"

#include <algorithm>

#include "sim/base/bits.h"

namespace peeksim {

Count cut_row_tiles(const StepWindows& step, int after, bool keep_dead_rows,
                    std::vector<Tile>& tiles, TilePositions* positions) {
  const int words = step.words();
  std::vector<std::uint64_t> live_cols(words);
  Tile tile;
  int filled = 0;  // rows taken, live or dead
  Count skipped = 0;
  int neighbor = 0;

  const auto finish = [&] {
    if (tile.live_pes > 0) {
      tile.live_cols = count_bits(live_cols.data(), words);
      tile.drained = tile.distinct;
      tile.pass = Pass::neighbor;
      tile.after = after;
      tiles.push_back(tile);
    } else {
      ++skipped;
    }
    tile = Tile();
    filled = 0;
    std::fill(live_cols.begin(), live_cols.end(), std::uint64_t{0});
  };

  for (std::size_t window = 0; window < step.neighbors.size(); ++window) {
    const std::uint64_t* live = step.live_of(window);
    const int columns = count_bits(live, words);
    if (columns == 0 && !keep_dead_rows) {
      neighbor += step.neighbors[window];
      continue;
    }
    for (int left = step.neighbors[window]; left > 0;) {
      const int taken = std::min(left, step.rows - filled);
      if (columns > 0) {
        if (positions != nullptr)
          for (int i = 0; i < taken; ++i) positions->add(tiles.size(), neighbor + i);
        tile.distinct += taken;
        tile.live_pes += taken * columns;
        for (int w = 0; w < words; ++w) live_cols[w] |= live[w];
      }
      filled += taken;
      neighbor += taken;
      left -= taken;
      if (filled == step.rows) finish();
    }
  }
  if (filled > 0) finish();
  return skipped;
}

Count place_row_tiles(const StepWindows& step, bool keep_dead_rows,
                      std::vector<PlacedTile>& tiles) {
  PlacedTile tile(step.rows, step.columns);
  int row = 0;
  bool any_live = false;
  Count skipped = 0;
  const auto finish = [&] {
    if (any_live)
      tiles.push_back(tile);
    else
      ++skipped;
    std::fill(tile.neighbor.begin(), tile.neighbor.end(), idle_pe);
    row = 0;
    any_live = false;
  };
  int neighbor = 0;
  for (std::size_t window = 0; window < step.neighbors.size(); ++window) {
    for (int i = 0; i < step.neighbors[window]; ++i, ++neighbor) {
      bool row_live = false;
      for_each_bit(step.live_of(window), step.words(), [&](int column) {
        tile.neighbor[row * step.columns + column] = neighbor;
        row_live = true;
      });
      if (!row_live && !keep_dead_rows) continue;
      any_live |= row_live;
      if (++row == step.rows) finish();
    }
  }
  if (row > 0) finish();
  return skipped;
}

}  // namespace peeksim
