#include "sim/schedule/program.h"

#include <algorithm>
#include <numeric>
#include <type_traits>

#include "sim/base/overflow.h"

namespace peeksim {

namespace {

// Streamed weights are loaded once per chunk of a tile; loads are numbered.
constexpr Count max_chunks = Count{1} << 29;

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

// Of the outputs of a step that are not computed first.
Count macs_of_decisions(const StepWindows& windows, const Prediction& prediction) {
  if (prediction.decision_macs == 0) return 0;
  const Count outputs =
      std::accumulate(windows.neighbors.begin(), windows.neighbors.end(), Count{0}) *
      windows.columns;
  return outputs * prediction.decision_macs;
}

// Values without padding, which would make bytes of equal ones differ.
template <class T>
void append(const std::vector<T>& values, std::string& bytes) {
  static_assert(std::has_unique_object_representations_v<T>);
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

}  // namespace

// The number of steps is the plan's, and the steps determine the numbers of tiles and of chunks.
std::string Program::fingerprint() const {
  std::vector<Count> sums = {tiles_skipped, queue_peak};
  for (const StepTiles& step : steps) {
    sums.push_back(static_cast<Count>(step.end));
    sums.push_back(step.decision);
  }
  std::string bytes;
  append(sums, bytes);
  append(tiles, bytes);
  append(chunk_taps, bytes);
  return bytes;
}

ProgramMaker::ProgramMaker(const Plan& plan, const Prediction& prediction,
                           const MachineSpec& machine)
    : prediction_(prediction),
      windows_(plan, prediction, machine),
      only_pass_(plan, prediction, machine),
      taps_(plan, prediction) {
  program_.machine = &machine;
  program_.plan = &plan;
  program_.dataflow = &dataflow_of(machine);
}

const Program& ProgramMaker::make(int first_channel, TapCounter* taps) {
  const Plan& plan = *program_.plan;
  const ArraySpec& array = program_.machine->array;
  const Dispatch& dispatch = find_dispatch(array.dispatch);
  const bool by_position = taps != nullptr && taps->needed();
  if (by_position) taps_.enter_group(*taps);
  program_.tiles.clear();
  program_.steps.clear();
  program_.chunk_taps.clear();
  program_.skips_taps = by_position && taps->skips();
  program_.tiles_skipped = program_.queue_peak = 0;
  int decisions = 0;
  for (const Step& step : plan.steps) {
    StepTiles tiles;
    tiles.begin = program_.tiles.size();
    positions_.begin(tiles.begin);
    if (prediction_.has_neighbor_pass()) {
      const StepWindows& windows = windows_.of(step, first_channel + step.first_channel);
      const StepSums sums =
          dispatch.cut(windows, program_.tiles, by_position ? &positions_ : nullptr);
      program_.tiles_skipped += sums.skipped;
      program_.queue_peak = std::max(program_.queue_peak, sums.queue_peak);
      tiles.decision = number_decisions(program_.tiles, tiles.begin, decisions);
      if (tiles.decision != no_decision) {
        decisions = tiles.decision + 1;
        tiles.decision_macs = macs_of_decisions(windows, prediction_);
      }
    } else {
      only_pass_.cut(step, first_channel + step.first_channel, program_.tiles, program_.chunk_taps);
    }
    tiles.end = program_.tiles.size();
    if (static_cast<Count>(tiles.end) * plan.chunks > max_chunks)
      throw Overflow("needs more than 2^29 loads of streamed weights");
    if (by_position)
      taps_.count(step.block, array.rows, program_.tiles, tiles.begin, positions_,
                  program_.chunk_taps);
    program_.steps.push_back(tiles);
  }
  return program_;
}

Program make_program(const Plan& plan, const Prediction& prediction, int first_channel,
                     const MachineSpec& machine, TapCounter* taps) {
  return ProgramMaker(plan, prediction, machine).make(first_channel, taps);
}

Count Counters::*tiles_of(Pass pass) {
  switch (pass) {
    case Pass::dense:
      return &Counters::tiles_dense;
    case Pass::peek:
      return &Counters::tiles_peek;
    case Pass::neighbor:
      return &Counters::tiles_neighbor;
    case Pass::lookahead:
      return &Counters::tiles_lookahead;
  }
  return nullptr;
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
          static_cast<Count>(tiles.end - tiles.begin) * plan.streamed_bytes(step);
    c.decision_macs += tiles.decision_macs;
    Count jobs = 0;
    for (std::size_t t = tiles.begin; t < tiles.end; ++t) {
      const Tile& tile = program.tiles[t];
      ++(c.*tiles_of(tile.pass));
      c.interpolated += Count{tile.copies} * tile.live_cols;
      for (int chunk = 0; chunk < plan.chunks; ++chunk) {
        const ChunkDemand demand = program.demand(t, chunk);
        c.ifmap_reads += demand.ifmap_reads;
        c.weight_reads += demand.weight_reads;
        c.multicast_reads += demand.multicast_reads;
        c.weight_selects += demand.weight_selects;
        c.latched_operands += demand.latched_operands;
        c.lookahead_macs += demand.lookahead_macs;
        c.lookahead_ifmap_reads += demand.lookahead_ifmap_reads;
        c.lookahead_weight_reads += demand.lookahead_weight_reads;
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
