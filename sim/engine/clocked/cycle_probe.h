// Reads the state of all modules at the end of a cycle into a CycleView, without changing them.
#pragma once

#include "sim/engine/cycle_view.h"

namespace peeksim::clocked {

class PeArray;
class PredictionUnit;
class TapSequencer;
struct Wires;

class CycleProbe {
 public:
  CycleProbe(const TapSequencer& sequencer, const PeArray& array,
             const PredictionUnit& prediction_unit, const Wires& wires)
      : sequencer_(sequencer), array_(array), prediction_unit_(prediction_unit), wires_(wires) {}

  // Fills all but the place of the cycle and the DRAM channel.
  void read(CycleView& view) const;

 private:
  void read_sequencer(CycleView& view) const;
  void read_array(CycleView& view) const;
  void read_drain(CycleView& view) const;

  const TapSequencer& sequencer_;
  const PeArray& array_;
  const PredictionUnit& prediction_unit_;
  const Wires& wires_;
};

}  // namespace peeksim::clocked
