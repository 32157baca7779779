#include "sim/schedule/program.h"

#include <algorithm>
#include <map>
#include <optional>

#include "sim/base/bits.h"
#include "sim/schedule/window_order.h"

namespace peeksim {

namespace {

// Without predictions a step is one dense pass, whatever the dispatch policy.
void cut_dense_pass(const Block& block, int rows, int columns, std::vector<Tile>& tiles) {
  cut_full_tiles(Pass::dense, block.positions(), rows, columns, tiles);
}

// The windows of each step of a plan; their lists are made anew and keep their memory.
class WindowLister {
 public:
  WindowLister(const Prediction& prediction, const MachineSpec& machine)
      : prediction_(prediction), has_peeks_(!prediction.grid.peeks.empty()) {
    windows_.parameters = &machine.parameters;
    windows_.rows = machine.array.rows;
    windows_.array_columns = machine.array.cols;
  }

  const StepWindows& list(const Block& block, int first_channel, int columns) {
    windows_.columns = columns;
    windows_.peeks.clear();
    windows_.neighbors.clear();
    windows_.live.resize(std::size_t(block.window_rows) * block.window_cols * windows_.words());
    std::uint64_t* live = windows_.live.data();
    for (int r = 0; r < block.window_rows; ++r) live = list_row(block, r, first_channel, live);
    return windows_;
  }

 private:
  // Returns where the next row's bits begin.
  std::uint64_t* list_row(const Block& block, int r, int first_channel, std::uint64_t* live) {
    const WindowGrid& grid = prediction_.grid;
    const int row = block.window_row + r;
    // Only the last window of a row can be partial.
    const int last_col = grid.cols() - 1;
    const int full = grid.neighbors_of(row, 0), last = grid.neighbors_of(row, last_col);
    const int full_peeks = grid.peeks_of(row, 0), last_peeks = grid.peeks_of(row, last_col);
    const int words = windows_.words();
    for (int c = 0; c < block.window_cols; ++c, live += words) {
      const int col = block.window_col + c;
      windows_.neighbors.push_back(col < last_col ? full : last);
      if (has_peeks_) windows_.peeks.push_back(col < last_col ? full_peeks : last_peeks);
      prediction_.predicted.extract(row * grid.cols() + col, first_channel, windows_.columns, live);
      for (int w = 0; w < words; ++w) live[w] = ~live[w];
      const int rest = windows_.columns % 64;
      if (rest != 0) live[words - 1] &= low_bits(rest);
    }
    return live;
  }

  const Prediction& prediction_;
  const bool has_peeks_;
  StepWindows windows_;
};

// Decisions that a policy numbered within its step are numbered throughout the program; returns
// the last one's number.
int number_decisions(std::vector<Tile>& tiles, std::size_t begin, int before) {
  int last = no_decision;
  for (std::size_t t = begin; t < tiles.size(); ++t) {
    if (tiles[t].after != no_decision) tiles[t].after += before;
    if (tiles[t].decides != no_decision) last = tiles[t].decides += before;
  }
  return last;
}

// Counts the taps of a program's tiles. The first pass of a block is the same for all groups, but
// for a tile that is filled up.
class StepTaps {
 public:
  StepTaps(TapCounter& counter, const Plan& plan, const Prediction& prediction)
      : counter_(counter), plan_(plan), prediction_(prediction) {}

  void count(int block, int rows, const std::vector<Tile>& tiles, std::size_t begin,
             const TilePositions& neighbors, std::vector<ChunkTaps>& taps) {
    enter(block);
    for (std::size_t t = begin; t < tiles.size(); ++t) {
      const std::vector<int>& own = neighbors.of(t);
      if (tiles[t].pass != Pass::neighbor && own.empty()) {
        count_first(t - begin, rows, taps);
        continue;
      }
      positions_.clear();
      if (tiles[t].pass != Pass::neighbor) add_first(t - begin, rows);
      for (const int neighbor : own) positions_.push_back(block_->neighbors[neighbor]);
      counter_.count(plan_, positions_, taps);
    }
  }

 private:
  struct BlockOutputs {
    std::vector<int> first, neighbors;            // positions of the two passes
    std::vector<std::vector<ChunkTaps>> counted;  // of the first pass's tiles
  };

  void enter(int block) {
    block_ = &blocks_[block];
    if (!block_->first.empty() || !block_->neighbors.empty()) return;
    const auto listed = [&](Members members) {
      return window_order(prediction_.grid, plan_.blocks[block], members);
    };
    block_->first = listed(prediction_.predicts ? Members::peeks : Members::all);
    if (prediction_.predicts) block_->neighbors = listed(Members::neighbors);
  }
  void add_first(std::size_t tile, int rows) {
    const auto from = block_->first.begin() + static_cast<std::ptrdiff_t>(tile * rows);
    positions_.insert(positions_.end(), from,
                      from + std::min<std::ptrdiff_t>(rows, block_->first.end() - from));
  }
  void count_first(std::size_t tile, int rows, std::vector<ChunkTaps>& taps) {
    if (block_->counted.size() <= tile) block_->counted.resize(tile + 1);
    std::vector<ChunkTaps>& counted = block_->counted[tile];
    if (counted.empty()) {
      positions_.clear();
      add_first(tile, rows);
      counter_.count(plan_, positions_, counted);
    }
    taps.insert(taps.end(), counted.begin(), counted.end());
  }

  TapCounter& counter_;
  const Plan& plan_;
  const Prediction& prediction_;
  std::map<int, BlockOutputs> blocks_;
  BlockOutputs* block_ = nullptr;
  std::vector<int> positions_;
};

}  // namespace

Program make_program(const Plan& plan, const Prediction& prediction, int first_channel,
                     const MachineSpec& machine, TapCounter* taps) {
  const ArraySpec& array = machine.array;
  const Dispatch& dispatch = find_dispatch(array.dispatch);
  Program program;
  program.machine = &machine;
  program.plan = &plan;
  program.dataflow = &dataflow_of(machine);
  program.steps.reserve(plan.steps.size());
  WindowLister windows(prediction, machine);
  const bool by_position = taps != nullptr && taps->needed();
  std::optional<StepTaps> counting;
  if (by_position) counting.emplace(*taps, plan, prediction);
  program.skips_taps = by_position && taps->skips();
  TilePositions positions;
  int decisions = 0;
  for (const Step& step : plan.steps) {
    const Block& block = plan.blocks[step.block];
    StepTiles tiles;
    tiles.begin = program.tiles.size();
    if (prediction.predicts) {
      const int channel = first_channel + step.first_channel;
      positions.begin(tiles.begin);
      const StepSums sums = dispatch.cut(windows.list(block, channel, step.channels), program.tiles,
                                         by_position ? &positions : nullptr);
      program.tiles_skipped += sums.skipped;
      program.queue_peak = std::max(program.queue_peak, sums.queue_peak);
      tiles.decision = number_decisions(program.tiles, tiles.begin, decisions);
      if (tiles.decision != no_decision) decisions = tiles.decision + 1;
    } else {
      cut_dense_pass(block, array.rows, step.channels, program.tiles);
    }
    tiles.end = program.tiles.size();
    if (by_position)
      counting->count(step.block, array.rows, program.tiles, tiles.begin, positions,
                      program.chunk_taps);
    program.steps.push_back(tiles);
  }
  return program;
}

Counters program_counters(const Program& program, const Predictor& predictor) {
  const Plan& plan = *program.plan;
  Counters c;
  c.tiles_skipped = program.tiles_skipped;
  c.queue_peak = program.queue_peak;
  for (std::size_t s = 0; s < plan.steps.size(); ++s) {
    const Step& step = plan.steps[s];
    const StepTiles& tiles = program.steps[s];
    const Block& block = plan.blocks[step.block];
    const Count windows = Count{block.window_rows} * block.window_cols * step.channels;
    StepOutputs shown{windows, block.positions() * step.channels, 0};
    c.outputs += shown.outputs;
    c.ifmap_fill_bytes += step.ifmap_bytes;
    c.weight_fill_bytes += step.weight_bytes;
    c.residual_bytes += step.residual_bytes;
    c.dram_write_bytes += step.store_bytes;
    if (plan.streamed)
      c.weight_fill_bytes +=
          static_cast<Count>(tiles.end - tiles.begin) * step.channels * plan.L * plan.tap_bytes;
    Count jobs = 0;
    for (std::size_t t = tiles.begin; t < tiles.end; ++t) {
      const Tile& tile = program.tiles[t];
      ++(tile.pass == Pass::dense  ? c.tiles_dense
         : tile.pass == Pass::peek ? c.tiles_peek
                                   : c.tiles_neighbor);
      for (int chunk = 0; chunk < plan.chunks; ++chunk) {
        const ChunkDemand demand = program.demand(t, chunk);
        c.ifmap_reads += demand.ifmap_reads;
        c.weight_reads += demand.weight_reads;
        c.multicast_reads += demand.multicast_reads;
        c.weight_selects += demand.weight_selects;
        c.latched_operands += demand.latched_operands;
      }
      if (program.skips_taps) c.zero_flags += tile.distinct * plan.L;
      jobs += tile.jobs;
      c.ofmap_writes += program.demand(t).ofmap_writes;
      shown.peeks += tile.peeks;
    }
    c.jobs_peak = std::max(c.jobs_peak, jobs);
    if (predictor.count != nullptr) predictor.count(shown, c);
  }
  c.dram_read_bytes = c.ifmap_fill_bytes + c.weight_fill_bytes + c.residual_bytes;
  return c;
}

}  // namespace peeksim
