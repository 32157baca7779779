#include "sim/engine/clocked/own_taps.h"

#include <algorithm>

namespace peeksim::clocked {

void OwnTaps::begin(const Work& work, CutShortIf& pes) {
  work_ = &work;
  pes_ = &pes;
}

void OwnTaps::start(const TileWork& tile, bool first, Count taps) {
  tile_ = &tile;
  starts_tile_ = first;
  taps_ = taps;
  done_ = 0;
  moved_ = {};
}

// Only now have the PEs let go of the tile before.
bool OwnTaps::take(Cycle cycles) {
  if (starts_tile_) pes_->start_tile(*tile_, work_->retires_alone());
  starts_tile_ = false;
  return work_->retires_alone() ? take_alone(cycles) : take_in_lock_step(cycles);
}

// Whether the ports have had the time to deliver that.
bool OwnTaps::in_time(const TakenTaps& moved, Cycle cycles) const {
  const int ifmap = work_->machine->buffers.ifmap_read_width;
  const int weight = work_->machine->buffers.weight_read_width;
  return (ifmap == 0 || moved.activations <= cycles * ifmap) &&
         (weight == 0 || moved.weights <= cycles * weight);
}

bool OwnTaps::take_in_lock_step(Cycle cycles) {
  for (; done_ < taps_ && !pes_->done(); ++done_) {
    const TakenTaps wanted = pes_->wanted();
    const TakenTaps moved{moved_.activations + wanted.activations, moved_.weights + wanted.weights};
    if (done_ == cycles * work_->machine->array.lanes || !in_time(moved, cycles)) return false;
    pes_->take(wanted);
    moved_ = moved;
  }
  return true;
}

// The ports hold up no single PE, but the tile as a whole; and so does the drain of all rows but
// those that are left at its end.
bool OwnTaps::take_alone(Cycle cycles) {
  const TakenTaps taken = pes_->take_cycle();
  moved_.activations += taken.activations;
  moved_.weights += taken.weights;
  const int left = std::min(tile_->rows, work_->machine->array.rows);
  return pes_->done() && in_time(moved_, cycles) && tile_->rows - left <= cycles;
}

}  // namespace peeksim::clocked
