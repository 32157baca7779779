#include "sim/schedule/dispatch/row_tiles.h"

#include <algorithm>

#include "sim/base/bits.h"

namespace peeksim {

namespace {

// `one_word`: step.words() is 1, and the live columns of a tile are a number.
template <bool one_word>
Count cut(const StepWindows& step, int after, bool keep_dead_rows, std::vector<Tile>& tiles,
          TilePositions* positions) {
  const int words = one_word ? 1 : step.words(), rows = step.rows;
  std::uint64_t first_live_cols = 0;
  std::vector<std::uint64_t> more_live_cols(words - 1);
  Count skipped = 0;

  const auto finish = [&](int distinct, int live_pes) {
    if (live_pes > 0) {
      Tile tile;
      tile.distinct = tile.drained = distinct;
      tile.live_cols = count_bits(first_live_cols) + count_bits(more_live_cols.data(), words - 1);
      tile.live_pes = live_pes;
      tile.pass = Pass::neighbor;
      tile.after = after;
      tiles.push_back(tile);
    } else {
      ++skipped;
    }
    first_live_cols = 0;
    for (std::uint64_t& word : more_live_cols) word = 0;
  };

  int filled = 0;  // rows taken, live or dead
  int distinct = 0, live_pes = 0;
  int neighbor = 0;
  const std::uint64_t* live = step.live.data();
  for (const int neighbors : step.neighbors) {
    const int columns = count_bits(live, words);
    const bool is_live = columns > 0;
    const int end = neighbor + neighbors;
    if (!is_live && !keep_dead_rows) neighbor = end;
    while (neighbor < end) {
      const int taken = std::min(end - neighbor, rows - filled);
      if (positions != nullptr && is_live)
        for (int i = 0; i < taken; ++i) positions->add(tiles.size(), neighbor + i);
      // For a dead window all of this is 0; a branch would be mispredicted too often.
      distinct += taken * is_live;
      live_pes += taken * columns;
      first_live_cols |= live[0];
      for (int w = 1; w < words; ++w) more_live_cols[w - 1] |= live[w];
      filled += taken;
      neighbor += taken;
      if (filled == rows) {
        finish(distinct, live_pes);
        filled = distinct = live_pes = 0;
      }
    }
    live += words;
  }
  if (filled > 0) finish(distinct, live_pes);
  return skipped;
}

}  // namespace

Count cut_row_tiles(const StepWindows& step, int after, bool keep_dead_rows,
                    std::vector<Tile>& tiles, TilePositions* positions) {
  return step.words() == 1 ? cut<true>(step, after, keep_dead_rows, tiles, positions)
                           : cut<false>(step, after, keep_dead_rows, tiles, positions);
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
