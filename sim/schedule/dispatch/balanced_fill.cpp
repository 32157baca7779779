// As balanced; in addition, a last peek tile that is not full is filled up with neighbors that are
// decided before it starts.
#include <algorithm>
#include <numeric>

#include "sim/base/bits.h"
#include "sim/schedule/dispatch/dispatch_policies.h"
#include "sim/schedule/dispatch/jobs.h"

namespace peeksim {

namespace {

// Room for neighbors in each column of the last peek tile, and the windows that are decided when it
// starts: those before the first one with a peek in it.
struct Room {
  int rows = 0;
  std::size_t windows = 0;
};

Room room_of(const StepWindows& step) {
  const Count peeks = std::accumulate(step.peeks.begin(), step.peeks.end(), Count{0});
  const Count last = peeks % step.rows;
  Room room;
  if (peeks < step.rows || last == 0) return room;
  room.rows = step.rows - static_cast<int>(last);
  for (Count before = step.peeks[0]; before <= peeks - last; before += step.peeks[room.windows])
    ++room.windows;
  return room;
}

StepSums cut(const StepWindows& step, std::vector<Tile>& tiles, TilePositions* positions) {
  int decision = cut_peek_pass(step, tiles);
  std::vector<int> taken(step.columns);
  const Room room = room_of(step);
  std::vector<std::uint64_t> with_room(step.words(), ~std::uint64_t{0}), live(step.words());
  int neighbor = 0, left = room.rows * step.columns;
  for (std::size_t window = 0; window < room.windows && left > 0; ++window) {
    for (int i = 0; i < step.neighbors[window]; ++i, ++neighbor) {
      Tile& tile = tiles.back();
      const int before = tile.live_pes;
      for (int w = 0; w < step.words(); ++w) live[w] = step.live_of(window)[w] & with_room[w];
      for_each_bit(live.data(), step.words(), [&](int column) {
        ++tile.live_pes;
        if (++taken[column] == room.rows)
          with_room[column / 64] &= ~(std::uint64_t{1} << column % 64);
      });
      if (tile.live_pes == before) continue;
      left -= tile.live_pes - before;
      ++tile.distinct;
      ++tile.multicast;
      if (positions != nullptr) positions->add(tiles.size() - 1, neighbor);
    }
  }
  const int longest = *std::max_element(taken.begin(), taken.end());
  if (longest > 0) {
    Tile& last = tiles.back();
    last.drained += longest;
    tiles[tiles.size() - 2].decides = last.after = decision;
    last.decides = ++decision;
  }
  return cut_jobs(step, taken, decision, tiles, positions);
}

// The live neighbors of each column that fill up the last peek tile.
std::vector<std::vector<int>> taken_by(const StepWindows& step) {
  std::vector<std::vector<int>> taken(step.columns);
  std::vector<std::size_t> window_of_peek;
  for (std::size_t window = 0; window < step.peeks.size(); ++window)
    window_of_peek.insert(window_of_peek.end(), step.peeks[window], window);
  const std::size_t last = window_of_peek.size() % step.rows;
  const std::size_t first_of_last = window_of_peek.size() - last;
  if (first_of_last == 0 || last == 0) return taken;
  int neighbor = 0;
  for (std::size_t window = 0; window < window_of_peek[first_of_last]; ++window)
    for (int i = 0; i < step.neighbors[window]; ++i, ++neighbor)
      for (int column = 0; column < step.columns; ++column) {
        const bool live = step.live_of(window)[column / 64] >> (column % 64) & 1;
        if (live && taken[column].size() < step.rows - last) taken[column].push_back(neighbor);
      }
  return taken;
}

PlacedTile fill(const StepWindows& step) {
  PlacedTile tile(step.rows, step.columns);
  tile.multicast = true;
  const Count peeks = std::accumulate(step.peeks.begin(), step.peeks.end(), Count{0});
  const std::vector<std::vector<int>> taken = taken_by(step);
  for (int column = 0; column < step.columns; ++column)
    for (std::size_t i = 0; i < taken[column].size(); ++i)
      tile.neighbor[(peeks % step.rows + i) * step.columns + column] = taken[column][i];
  return tile;
}

StepSums place(const StepWindows& step, std::vector<PlacedTile>& tiles) {
  std::vector<int> taken;
  for (const std::vector<int>& neighbors : taken_by(step))
    taken.push_back(static_cast<int>(neighbors.size()));
  return place_jobs(step, std::move(taken), tiles);
}

}  // namespace

const Dispatch balanced_fill_dispatch = {
    "balanced_fill",
    "balanced, and the last peek tile is filled up with decided neighbors",
    cut,
    place,
    fill,
    {},
    4};

}  // namespace peeksim
