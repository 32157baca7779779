#include "sim/schedule/program.h"

#include <algorithm>

namespace peeksim {

namespace {

// Tiles of a pass in which every PE of the group is live: the dense and the peek pass.
void cut_full_tiles(Count positions, int rows, int columns, std::vector<Tile>& tiles) {
  for (Count left = positions; left > 0; left -= rows) {
    const int taken = static_cast<int>(std::min<Count>(left, rows));
    tiles.push_back({taken, columns, taken, taken * columns});
  }
}

Count peeks_in(const WindowGrid& grid, const Block& block) {
  Count peeks = 0;
  for (int r = 0; r < block.window_rows; ++r)
    for (int c = 0; c < block.window_cols; ++c)
      peeks += grid.peeks_of(block.window_row + r, block.window_col + c);
  return peeks;
}

NeighborPass neighbor_pass(const Prediction& prediction, const Block& block, int first_channel,
                           int columns, int rows) {
  const WindowGrid& grid = prediction.grid;
  NeighborPass pass;
  pass.rows = rows;
  pass.columns = columns;
  const std::size_t windows = std::size_t(block.window_rows) * block.window_cols;
  const int words = pass.words();
  pass.positions.reserve(windows);
  pass.live.resize(windows * words);
  std::uint64_t* live = pass.live.data();
  for (int r = 0; r < block.window_rows; ++r) {
    const int row = block.window_row + r;
    // Only the last window of a row can be partial.
    const int full = grid.neighbors_of(row, 0);
    const int last = grid.neighbors_of(row, grid.cols() - 1);
    for (int c = 0; c < block.window_cols; ++c, live += words) {
      const int col = block.window_col + c;
      pass.positions.push_back(col + 1 < grid.cols() ? full : last);
      prediction.predicted.extract(row * grid.cols() + col, first_channel, columns, live);
      for (int w = 0; w < words; ++w) live[w] = ~live[w];
      if (columns % 64 != 0) live[words - 1] &= (std::uint64_t{1} << (columns % 64)) - 1;
    }
  }
  return pass;
}

}  // namespace

Program make_program(const Plan& plan, const Prediction& prediction, int first_channel,
                     const ArraySpec& array) {
  const Dispatch& dispatch = find_dispatch(array.dispatch);
  Program program;
  program.plan = &plan;
  program.steps.reserve(plan.steps.size());
  std::vector<Count> peeks;  // existing peeks of each block, per channel
  for (const Block& block : plan.blocks) peeks.push_back(peeks_in(prediction.grid, block));
  for (const Step& step : plan.steps) {
    const Block& block = plan.blocks[step.block];
    StepTiles tiles;
    tiles.begin = program.tiles.size();
    if (prediction.predicts) {
      tiles.has_peeks = peeks[step.block] > 0;
      cut_full_tiles(peeks[step.block], array.rows, step.channels, program.tiles);
      tiles.neighbor = program.tiles.size();
      const NeighborPass pass = neighbor_pass(prediction, block, first_channel + step.first_channel,
                                              step.channels, array.rows);
      program.tiles_skipped += dispatch.tiles(pass, program.tiles);
    } else {
      cut_full_tiles(block.positions(), array.rows, step.channels, program.tiles);
      tiles.neighbor = program.tiles.size();
    }
    tiles.end = program.tiles.size();
    program.steps.push_back(tiles);
  }
  return program;
}

Counters program_counters(const Program& program, const Prediction& prediction) {
  const Plan& plan = *program.plan;
  Counters c;
  c.tiles_skipped = program.tiles_skipped;
  for (std::size_t s = 0; s < plan.steps.size(); ++s) {
    const Step& step = plan.steps[s];
    const StepTiles& tiles = program.steps[s];
    const Block& block = plan.blocks[step.block];
    const Count first_pass = static_cast<Count>(tiles.neighbor - tiles.begin);
    (prediction.predicts ? c.tiles_peek : c.tiles_dense) += first_pass;
    c.tiles_neighbor += static_cast<Count>(tiles.end - tiles.neighbor);
    c.outputs += block.positions() * step.channels;
    c.ifmap_fill_bytes += step.ifmap_bytes;
    c.weight_fill_bytes += step.weight_bytes;
    c.residual_bytes += step.residual_bytes;
    c.dram_write_bytes += step.store_bytes;
    if (plan.streamed)
      c.weight_fill_bytes +=
          static_cast<Count>(tiles.end - tiles.begin) * step.channels * plan.L * plan.tap_bytes;
    for (std::size_t t = tiles.begin; t < tiles.end; ++t) {
      const Tile& tile = program.tiles[t];
      c.ifmap_reads += tile.distinct * plan.L;
      c.weight_reads += tile.live_cols * plan.L;
      c.ofmap_writes += tile.live_pes;
      if (prediction.predicts && t < tiles.neighbor) c.comparisons += tile.live_pes;
    }
    // A predictor without peeks decides nothing from what the array computes: no window bits.
    if (!prediction.grid.peeks.empty()) {
      const Count bits = Count{block.window_rows} * block.window_cols * step.channels;
      c.windows += bits;
      c.window_bits_peak = std::max(c.window_bits_peak, bits);
    }
  }
  c.dram_read_bytes = c.ifmap_fill_bytes + c.weight_fill_bytes + c.residual_bytes;
  c.peeks = c.comparisons;
  if (!prediction.grid.peeks.empty()) c.neighbors = c.outputs - c.peeks;
  return c;
}

}  // namespace peeksim
