// The prediction unit: asks the predictor's rule what each peek that drains means for its window,
// and releases a step's predictions, as tiles of the remaining neighbors, a fixed latency after
// its last peek; and those that fill up the last peek tile after the tile before it.
#pragma once

#include <deque>

#include "sim/config/machine.h"
#include "sim/engine/clocked/clock.h"
#include "sim/engine/clocked/wires.h"

namespace peeksim::clocked {

class PredictionUnit : public Module, public Clocked {
 public:
  PredictionUnit(const sc_core::sc_module_name& name, Clock& clock, Wires& wires);

  // `predicted`: where the windows that it gates are noted, for the whole layer; null when the
  // layer's predictor has no peeks.
  void begin(const Work& work, WindowBits* predicted);
  // Comparisons, peeks, windows, window bits, skipped tiles.
  const Counters& counted() const { return counted_; }

  // For waveforms: the bits of the step whose peeks drain.
  const StepBits& bits() const { return seen_.bits; }

 private:
  // A step's windows as far as their peeks have been seen.
  struct Windows {
    StepBits bits;
    std::vector<float> held;  // [windows][columns], what the rule holds
  };
  struct Pending {
    Cycle start = 0, ready = 0;
    Count comparisons = 0;
    std::shared_ptr<const NeighborTiles> neighbors;  // of the step; null: it fills a tile
    std::shared_ptr<const FilledTile> fill;
  };

  void on_edge() override;
  void on_shadow();
  void on_row();
  void on_drained();
  void open_step(int step);
  void finish_step(int step);
  // Outputs that the array has cut short.
  void note_cut(const ShadowTile& shadow);
  // The windows as they are when all peeks of a finished tile have been seen.
  Windows look_ahead(const ShadowTile& shadow) const;
  void await(Pending pending, Cycle work);
  void release();
  // Shows a row of a peek tile to the rule.
  void compare(const TileWork& tile, int row, const float* values, Windows& windows) const;
  int window_of(int step, int position) const;

  const Clock& clock_;
  Wires& wires_;
  const Work* work_ = nullptr;
  WindowBits* predicted_ = nullptr;
  int step_ = -1;  // whose windows are held
  Windows seen_;
  // What the step's bits will be when its last peek tile, now finished, has drained.
  StepBits final_bits_;
  Count comparisons_ = 0;  // of the step
  std::deque<Pending> pending_;
  Cycle decided_ = 0;  // the end of the last decisions so far
  Counters counted_;
};

}  // namespace peeksim::clocked
