// Output stationary with broadcast: every PE accumulates one output; an activation goes to all PEs
// of its position in one cycle, a weight to all PEs of its column (docs/machine.md section 5).
#include <algorithm>

#include "sim/schedule/dataflows/dataflows.h"

namespace peeksim {

namespace {

// The slowest of the lanes, the ifmap port and the weight port. A read width of 0 is unlimited.
ChunkDemand chunk(const MachineSpec& machine, const Tile& tile, Count taps) {
  ChunkDemand demand;
  demand.ifmap_reads = tile.distinct * taps;
  demand.weight_reads = tile.live_cols * taps;
  demand.cycles = ceil_div(taps, machine.array.lanes);
  const BufferSpec& buffers = machine.buffers;
  if (buffers.ifmap_read_width > 0)
    demand.cycles = std::max(demand.cycles, ceil_div(demand.ifmap_reads, buffers.ifmap_read_width));
  if (buffers.weight_read_width > 0)
    demand.cycles =
        std::max(demand.cycles, ceil_div(demand.weight_reads, buffers.weight_read_width));
  return demand;
}

TileDemand tile(const MachineSpec&, const Tile& tile) {
  return {0, tile.drained, tile.live_pes};
}

}  // namespace

const Dataflow broadcast_dataflow = {
    "broadcast", "a PE accumulates an output; activations along rows, weights down columns", chunk,
    tile};

}  // namespace peeksim
