// The PE array: every PE has an operand from its row, one from its column, an accumulator, a shadow
// accumulator that drains while the next tile computes, and an enable bit. One module for the whole
// array: the clock calls it once a cycle and not once per PE.
#pragma once

#include <variant>
#include <vector>

#include "sim/config/machine.h"
#include "sim/engine/clocked/accumulators.h"
#include "sim/engine/clocked/clock.h"
#include "sim/engine/clocked/cut_short_pes.h"
#include "sim/engine/clocked/ofmap_buffer.h"
#include "sim/engine/clocked/operand_port.h"

namespace peeksim::clocked {

class PeArray : public Module, public Clocked {
 public:
  PeArray(const sc_core::sc_module_name& name, Clock& clock, Wires& wires,
          const ResidualIf& residual);

  // rows, columns: where the rows' activations and the columns' weights come from.
  void begin(const Work& work, ActivationPortIf& rows, WeightPortIf& columns);
  // The PEs as the sequencer sees them where outputs may be cut short.
  CutShortIf& cut_short_pes() { return cut_short_; }
  // MACs executed, zero-gated and cut short; elements read from the ifmap and the weight buffer.
  Counters counted() const;
  // The largest distance of a computed output from the trace's.
  double worst_deviation() const { return worst_; }

  // For waveforms: accumulators, [rows][columns] of the tile that computes.
  std::vector<double> accumulators() const;

 private:
  void on_edge() override;
  void on_swap();
  void execute(const TapIssue& taps);
  void count(const TileWork& tile);
  void show_row();
  bool next_row();
  template <class Sum>
  void move_to_shadow(const TileWork& tile, const std::vector<Sum>& sums);
  template <class Sum>
  void copy_to_shadow(const TileWork& tile, const std::vector<Sum>& sums);
  float output(const TileWork& tile, double sum, int column, int position) const;
  void move_cut_short(const TileWork& tile);
  void check(const TileWork& tile, int row);

  const Clock& clock_;
  Wires& wires_;
  const ResidualIf& residual_;
  bool gate_zeros_ = false;  // a product with 0 costs nothing
  const Work* work_ = nullptr;
  int positions_ = 0;  // of the plane
  ActivationPortIf* rows_ = nullptr;
  WeightPortIf* columns_ = nullptr;
  std::variant<IntegerAccumulators, FloatAccumulators> accumulators_;
  Count taps_ = 0;   // executed by the tile so far
  Count zeros_ = 0;  // of their activations, in enabled PEs, where those cost nothing
  CutShortPes cut_short_;
  std::vector<float> shadow_;  // [rows][columns]: with bias and residual, as they drain
  // [copies of all rows][columns]: the same with residuals of their own
  std::vector<float> copies_;
  std::vector<char> cut_;  // [rows][columns]: whether they were cut short
  const TileWork* draining_ = nullptr;
  // Of the tile that drains: index into drain_rows, how many copies of that row have left, and how
  // many of all rows.
  std::size_t drain_row_ = 0;
  int copies_of_row_ = 0, copies_left_ = 0;
  Cycle drain_start_ = 0, drain_cycles_ = 0;
  Count drained_ = 0;
  double worst_ = 0;
  Counters counted_;
};

}  // namespace peeksim::clocked
