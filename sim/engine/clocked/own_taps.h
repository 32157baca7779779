// How far the PEs come with a chunk in which each takes taps of its own: as far as the lanes and
// the ports of the buffers have had time for (docs/machine.md section 5, "Outputs that are cut
// short").
#pragma once

#include "sim/engine/clocked/cut_short_pes.h"

namespace peeksim::clocked {

class OwnTaps {
 public:
  void begin(const Work& work, CutShortIf& pes);
  // A chunk of `taps` places starts; first: of its tile.
  void start(const TileWork& tile, bool first, Count taps);
  // A cycle is over, `cycles` after the chunk's start. Returns whether the chunk is done.
  bool take(Cycle cycles);
  // Taps of all PEs in the chunk so far.
  Count activations() const { return moved_.activations; }

 private:
  bool take_in_lock_step(Cycle cycles);
  bool take_alone(Cycle cycles);
  bool in_time(const TakenTaps& moved, Cycle cycles) const;

  const Work* work_ = nullptr;
  CutShortIf* pes_ = nullptr;
  const TileWork* tile_ = nullptr;
  bool starts_tile_ = false;
  Count taps_ = 0, done_ = 0;
  TakenTaps moved_;
};

}  // namespace peeksim::clocked
