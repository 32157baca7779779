#include "sim/engine/event/pe_array.h"

#include "sim/engine/event/tile_time.h"
#include "sim/engine/kernel/cycle_time.h"

namespace peeksim {

PeArray::PeArray(const sc_core::sc_module_name& name, const MachineSpec& machine)
    : Module(name),
      lanes_(machine.array.lanes),
      ifmap_read_width_(machine.buffers.ifmap_read_width),
      weight_read_width_(machine.buffers.weight_read_width) {
  control(*this);
}

void PeArray::begin() {
  timing_ = ArrayTiming();
  busy_ = drain_stall_ = 0;
  tiles_ = 0;
}

ChunkTimes PeArray::run(const ChunkIssue& issue) {
  const Tile& tile = *issue.tile;
  const Cycle now = current_cycle();
  const Cycle duration = tile_time(tile, issue.taps, lanes_, ifmap_read_width_, weight_read_width_);
  const ChunkTimes times = timing_.run(now, duration, issue.last_chunk, tile.drained);
  busy_ += duration;
  drain_stall_ += times.drain_stall;
  ifmap_port->read(tile.distinct * issue.taps);
  weight_port->read(tile.live_cols * issue.taps);
  if (issue.last_chunk) {
    ++tiles_;
    ofmap_port->write(tile.live_pes);
    if (issue.peek) peek_port->compare(tile.live_pes);
    if (issue.last_peek) peek_port->last_peek(issue.step, times.drain_end);
  }
  ended_.notify(cycles(times.end - now));
  return times;
}

}  // namespace peeksim
