// The PE array: every PE has an operand from its row, one from its column, an accumulator, a shadow
// accumulator that drains while the next tile computes, and an enable bit. One module for the whole
// array: the clock calls it once a cycle and not once per PE.
#pragma once

#include <variant>
#include <vector>

#include "sim/config/machine.h"
#include "sim/engine/clocked/accumulators.h"
#include "sim/engine/clocked/clock.h"
#include "sim/engine/clocked/ofmap_buffer.h"
#include "sim/engine/clocked/operand_port.h"

namespace peeksim::clocked {

class PeArray : public Module, public Clocked {
 public:
  PeArray(const sc_core::sc_module_name& name, Clock& clock, Wires& wires,
          const ResidualIf& residual);

  // rows, columns: where the rows' activations and the columns' weights come from.
  void begin(const Work& work, ActivationPortIf& rows, WeightPortIf& columns);
  // MACs executed and zero-gated; elements read from the ifmap and the weight buffer.
  const Counters& counted() const { return counted_; }
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
  template <class Sum>
  void move_to_shadow(const TileWork& tile, const std::vector<Sum>& sums);
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
  Count taps_ = 0;             // executed by the tile so far
  Count zeros_ = 0;            // of their activations, in enabled PEs, where those cost nothing
  std::vector<float> shadow_;  // [rows][columns]: with bias and residual, as they drain
  const TileWork* draining_ = nullptr;
  std::size_t drain_row_ = 0;  // index into drain_rows
  Cycle drain_start_ = 0;
  Count drained_ = 0;
  double worst_ = 0;
  Counters counted_;
};

}  // namespace peeksim::clocked
