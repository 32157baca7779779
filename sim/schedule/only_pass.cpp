#include "sim/schedule/only_pass.h"

#include <algorithm>
#include <functional>
#include <queue>

#include "sim/schedule/dispatch.h"
#include "sim/schedule/window_order.h"

namespace peeksim {

void OnlyPass::cut(const Step& step, int first_channel, std::vector<Tile>& tiles,
                   std::vector<ChunkTaps>& taps) const {
  if (prediction_.fate == OutputFate::interpolated) return cut_interpolated(step, tiles);
  if (prediction_.fate == OutputFate::cut_short) return cut_short(step, first_channel, tiles, taps);
  cut_full_tiles(Pass::dense, plan_.blocks[step.block].positions(), machine_.array.rows,
                 step.channels, tiles);
}

// A row of a computed output is written once for itself and once for each that takes its value.
void OnlyPass::cut_interpolated(const Step& step, std::vector<Tile>& tiles) const {
  const WindowGrid& grid = prediction_.grid;
  const Block& block = plan_.blocks[step.block];
  const std::vector<int> computed = window_order(grid, block, Members::peeks);
  const std::map<int, std::vector<int>> copies = copies_in(grid, block);
  const std::size_t begin = tiles.size();
  cut_full_tiles(Pass::dense, static_cast<Count>(computed.size()), machine_.array.rows,
                 step.channels, tiles);
  for (std::size_t i = 0; i < computed.size(); ++i) {
    const auto of = copies.find(computed[i]);
    if (of == copies.end()) continue;
    Tile& tile = tiles[begin + i / machine_.array.rows];
    tile.copies += static_cast<int>(of->second.size());
    tile.drained += static_cast<int>(of->second.size());
  }
}

void OnlyPass::cut_short(const Step& step, int first_channel, std::vector<Tile>& tiles,
                         std::vector<ChunkTaps>& taps) const {
  const std::vector<int> positions =
      window_order(prediction_.grid, plan_.blocks[step.block], Members::all);
  const Count plane = Count{prediction_.grid.P} * prediction_.grid.Q;
  const std::int32_t* taps_of = &prediction_.taps[first_channel * plane];
  const int rows = machine_.array.rows, count = static_cast<int>(positions.size());
  const std::size_t begin = tiles.size();
  const bool one_tile = prediction_.retires_alone && !plan_.streamed;
  cut_full_tiles(Pass::dense, count, one_tile ? count : rows, step.channels, tiles);
  for (std::size_t t = begin; t < tiles.size(); ++t) {
    Tile& tile = tiles[t];
    tile.own_taps = 1;
    if (prediction_.guesses) tile.peeks = tile.live_pes;
    if (one_tile) {
      tile.drained = std::min(rows, count);
      taps.push_back(alone(positions, taps_of, step.channels));
      continue;
    }
    const int first = static_cast<int>(t - begin) * rows;
    for (int chunk = 0; chunk < plan_.chunks; ++chunk)
      taps.push_back(in_lock_step(&positions[first], std::min(rows, count - first), taps_of,
                                  step.channels, chunk * plan_.chunk_taps,
                                  plan_.taps_of_chunk(chunk)));
  }
}

// taps_of: [channels][plane].
ChunkTaps OnlyPass::in_lock_step(const int* positions, int count, const std::int32_t* taps_of,
                                 int channels, Count first, Count taps) const {
  const Count plane = Count{prediction_.grid.P} * prediction_.grid.Q;
  ChunkTaps found;
  for (int k = 0; k < channels; ++k) {
    Count most = 0;
    for (int i = 0; i < count; ++i) {
      const Count own = std::clamp<Count>(taps_of[k * plane + positions[i]] - first, 0, taps);
      found.ifmap_elements += own;
      most = std::max(most, own);
    }
    found.weight_elements += most;
    found.taps = std::max(found.taps, most);
  }
  found.lane_cycles = ceil_div(found.taps, machine_.array.lanes);
  return found;
}

// The PE that is free first takes the next output; which one of several does not matter for time.
ChunkTaps OnlyPass::alone(const std::vector<int>& positions, const std::int32_t* taps_of,
                          int channels) const {
  const Count plane = Count{prediction_.grid.P} * prediction_.grid.Q;
  const int rows = machine_.array.rows;
  ChunkTaps found;
  for (int k = 0; k < channels; ++k) {
    std::priority_queue<Cycle, std::vector<Cycle>, std::greater<>> free_at;
    for (int row = 0; row < rows; ++row) free_at.push(0);
    for (const int position : positions) {
      const Count own = taps_of[k * plane + position];
      const Cycle end = free_at.top() + ceil_div(own, Count{machine_.array.lanes});
      free_at.pop();
      free_at.push(end);
      found.ifmap_elements += own;
      found.lane_cycles = std::max(found.lane_cycles, end);
    }
  }
  found.taps = found.weight_elements = found.ifmap_elements;
  const Count drained_before = static_cast<Count>(positions.size()) - rows;
  found.lane_cycles = std::max<Cycle>(found.lane_cycles, drained_before);
  return found;
}

}  // namespace peeksim
