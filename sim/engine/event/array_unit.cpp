#include "sim/engine/event/array_unit.h"

namespace peeksim::event {

void ArrayUnit::begin(const Recorder& recorder) {
  timing_ = ArrayTiming();
  recorder_ = recorder;
  busy_ = drain_stall_ = 0;
  tiles_ = 0;
}

ChunkTimes ArrayUnit::run(const ChunkStart& issue, Cycle start) {
  const Cycle duration = issue.demand.cycles + (issue.chunk == 0 ? issue.tile_demand.fill : 0);
  const ChunkTimes times = timing_.run(start, duration, issue.last_chunk, issue.tile_demand.drain);
  busy_ += duration;
  drain_stall_ += times.drain_stall;
  ifmap_port->read(issue.demand.ifmap_reads);
  weight_port->read(issue.demand.weight_reads);
  if (issue.last_chunk) {
    ++tiles_;
    ofmap_port->write(issue.tile_demand.ofmap_writes);
    if (issue.tile->peeks > 0) peek_port->compare(issue.tile->peeks);
    if (issue.tile->decides != no_decision) peek_port->last_peek(issue, times.drain_end);
  }
  record(issue, start, start + duration, times);
  return times;
}

void ArrayUnit::record(const ChunkStart& issue, Cycle start, Cycle computed,
                       const ChunkTimes& times) const {
  if (!recorder_.wants(EventKind::chunk)) return;
  recorder_.record(chunk_event(issue.step, issue.index, *issue.tile, issue.chunk, issue.macs),
                   start, computed);
  if (times.drain_stall > 0)
    recorder_.record(stall_event(issue.step, Stall::drain), computed, times.end);
  if (issue.last_chunk)
    recorder_.record(drain_event(issue.step, issue.index, issue.tile_demand.drain), times.end,
                     times.drain_end);
}

}  // namespace peeksim::event
