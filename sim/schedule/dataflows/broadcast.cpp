// Output stationary with broadcast: every PE accumulates one output; an activation goes to all PEs
// of its position in one cycle, a weight to all PEs of its column (docs/machine.md section 5).
#include <algorithm>

#include "sim/schedule/dataflows/dataflows.h"

namespace peeksim {

namespace {

// Cycles that the ifmap port takes. A read width of 0 is unlimited.
Cycle ifmap_cycles(const BufferSpec& buffers, Count reads, Count fullest_bank) {
  if (buffers.ifmap_banks > 0)
    return ceil_div(fullest_bank, buffers.ifmap_read_width / buffers.ifmap_banks);
  return buffers.ifmap_read_width > 0 ? ceil_div(reads, buffers.ifmap_read_width) : 0;
}

Cycle weight_cycles(const BufferSpec& buffers, Count reads) {
  return buffers.weight_read_width > 0 ? ceil_div(reads, buffers.weight_read_width) : 0;
}

// Every PE has an activation of its own, and a weight of its column's or its own.
ChunkDemand own_taps(const MachineSpec& machine, const ChunkTaps& taps) {
  ChunkDemand demand;
  demand.ifmap_reads = demand.multicast_reads = demand.latched_operands = taps.ifmap_elements;
  demand.weight_reads = taps.weight_elements;
  demand.cycles =
      std::max({Cycle{1}, taps.lane_cycles, ifmap_cycles(machine.buffers, demand.ifmap_reads, 0),
                weight_cycles(machine.buffers, demand.weight_reads)});
  return demand;
}

// As long as the slowest of the lanes, the ifmap port and the weight port.
ChunkDemand chunk(const MachineSpec& machine, const Tile& tile, const ChunkTaps& taps) {
  if (tile.own_taps != 0) return own_taps(machine, taps);
  ChunkDemand demand;
  demand.ifmap_reads = tile.distinct * taps.taps;
  demand.weight_reads = tile.live_cols * taps.taps;
  demand.multicast_reads = tile.multicast * taps.taps;
  demand.weight_selects = tile.jobs * taps.taps;
  if (tile.pass == Pass::neighbor && tile.multicast > 0)
    demand.latched_operands = tile.live_pes * taps.taps;
  demand.cycles = std::max({taps.lane_cycles,
                            ifmap_cycles(machine.buffers, demand.ifmap_reads, taps.fullest_bank),
                            weight_cycles(machine.buffers, demand.weight_reads)});
  if (tile.pass != Pass::lookahead) return demand;
  ChunkDemand estimated;
  estimated.cycles = ceil_div(demand.cycles, tile.speed);
  estimated.lookahead_macs = tile.live_pes * taps.taps;
  estimated.lookahead_ifmap_reads = demand.ifmap_reads;
  estimated.lookahead_weight_reads = demand.weight_reads;
  return estimated;
}

TileDemand tile(const MachineSpec&, const Tile& tile) {
  if (tile.pass == Pass::lookahead) return {0, tile.drained, 0};
  return {0, tile.drained, tile.live_pes + Count{tile.copies} * tile.live_cols};
}

}  // namespace

const Dataflow broadcast_dataflow = {
    "broadcast", "a PE accumulates an output; activations along rows, weights down columns", chunk,
    tile};

}  // namespace peeksim
