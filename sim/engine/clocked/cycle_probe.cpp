#include "sim/engine/clocked/cycle_probe.h"

#include "sim/engine/clocked/pe_array.h"
#include "sim/engine/clocked/prediction_unit.h"
#include "sim/engine/clocked/tap_sequencer.h"

namespace peeksim::clocked {

void CycleProbe::read(CycleView& view) const {
  read_sequencer(view);
  read_array(view);
  read_drain(view);
  view.ready_step = wires_.ready.read().step;
  const StepBits& bits = prediction_unit_.bits();
  view.windows = bits.windows;
  view.window_columns = bits.columns;
  view.window_bits = bits.bits;
}

void CycleProbe::read_sequencer(CycleView& view) const {
  const TileWork* tile = sequencer_.tile();
  view.activity = sequencer_.activity();
  view.step = sequencer_.finished() ? CycleView::none : sequencer_.step();
  view.tile = tile != nullptr ? tile->index : CycleView::none;
  view.pass = tile != nullptr ? tile->pass : Pass::dense;
  const TapIssue& taps = wires_.taps.read();
  view.taps = taps.count;
  view.first_tap = taps.count > 0 ? wires_.chunk.read().first_tap + taps.first : CycleView::none;
}

// Sums are those of the tile that computes, waits between its chunks, or waits for the drain before
// it.
void CycleProbe::read_array(CycleView& view) const {
  view.enabled.clear();
  view.accumulators.clear();
  const TileWork* held = wires_.chunk.read().tile;
  if (held == nullptr) return;
  view.columns = held->columns;
  std::vector<double> sums = array_.accumulators();
  if (sums.size() == held->position.size()) view.accumulators = std::move(sums);
  if (sequencer_.tile() == nullptr) return;
  for (const int position : held->position) view.enabled.push_back(position >= 0);
}

void CycleProbe::read_drain(CycleView& view) const {
  view.drained.clear();
  view.draining_row = CycleView::none;
  if (wires_.swap.read().tiles == wires_.drained.read().tiles) return;
  const DrainRow& out = wires_.row.read();
  view.draining_row = out.row;
  view.drained.assign(out.values, out.values + out.tile->columns);
}

}  // namespace peeksim::clocked
