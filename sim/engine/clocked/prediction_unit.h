// The prediction unit: compares the peeks of each row that drains with its channel's threshold,
// clears the bit of a window with a larger one, and releases a step's predictions, as tiles of the
// neighbors that are left, a fixed latency after its last peek.
#pragma once

#include <deque>

#include "sim/config/machine.h"
#include "sim/engine/clocked/clock.h"
#include "sim/engine/clocked/wires.h"

namespace peeksim::clocked {

class PredictionUnit : public Module, public Clocked {
 public:
  PredictionUnit(const sc_core::sc_module_name& name, Clock& clock, Wires& wires,
                 const MachineSpec& machine);

  // `predicted`: where the windows that it gates are noted, for the whole layer; null when the
  // layer's predictor has no peeks.
  void begin(const Work& work, WindowBits* predicted);
  // Comparisons, peeks, windows, window bits, skipped tiles.
  const Counters& counted() const { return counted_; }

  // For the waveform: the bits of the step whose peeks drain.
  const StepBits& bits() const { return bits_; }

 private:
  struct Pending {
    Cycle start = 0, ready = 0;
    Count comparisons = 0;
    std::shared_ptr<const NeighborTiles> neighbors;
  };

  void on_edge() override;
  void on_shadow();
  void on_row();
  void on_drained();
  void open_step(int step);
  void finish_step(int step);
  void release();
  // Clears the bits of the windows that a row of a peek tile speaks against.
  void compare(const TileWork& tile, int row, const float* values, StepBits& bits) const;
  int window_of(int step, int position) const;

  const Clock& clock_;
  Wires& wires_;
  const ArraySpec array_;
  const Cycle latency_;
  const Work* work_ = nullptr;
  WindowBits* predicted_ = nullptr;
  int step_ = -1;  // whose bits are held
  StepBits bits_;
  // What the step's bits will be when its last peek tile, now finished, has drained; and its
  // neighbors then.
  StepBits final_bits_;
  std::shared_ptr<const NeighborTiles> neighbors_;
  Count comparisons_ = 0;  // of the step
  std::deque<Pending> pending_;
  Counters counted_;
};

}  // namespace peeksim::clocked
