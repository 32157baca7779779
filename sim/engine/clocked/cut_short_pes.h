// The PEs of a machine that cuts outputs short (docs/machine.md sections 2 and 5, "SnaPEA"): each
// walks the taps of its output in the order of its column, and stops when the result is clear.
#pragma once

#include <vector>

#include "sim/engine/clocked/ofmap_buffer.h"
#include "sim/engine/clocked/operand_port.h"
#include "sim/engine/clocked/tile_work.h"
#include "sim/engine/clocked/work.h"
#include "sim/operands/tap_order.h"

namespace peeksim::clocked {

// What moves for one place of the order.
struct TakenTaps {
  Count activations = 0, weights = 0;
};

// What the sequencer sees of them. A cycle's taps are taken at the edge that ends it.
class CutShortIf {
 public:
  virtual ~CutShortIf() = default;
  // All PEs take the outputs of a tile; alone: each goes on with another one as soon as it is done.
  virtual void start_tile(const TileWork& tile, bool alone) = 0;
  // Whether all outputs of the tile are done.
  virtual bool done() const = 0;
  // In lock step: what the PEs that have not stopped need for the next place of the order; and they
  // take it.
  virtual TakenTaps wanted() const = 0;
  virtual void take(const TakenTaps& wanted) = 0;
  // Alone: a cycle of every PE. Returns what it moved.
  virtual TakenTaps take_cycle() = 0;
};

class CutShortPes : public CutShortIf {
 public:
  void begin(const Work& work, ActivationPortIf& rows, WeightPortIf& columns,
             const ResidualIf& residual, bool gates_zeros);

  void start_tile(const TileWork& tile, bool alone) override;
  bool done() const override { return open_ == 0; }
  TakenTaps wanted() const override;
  void take(const TakenTaps& wanted) override;
  TakenTaps take_cycle() override;

  // Of the tile's outputs, [rows][columns]: what enters the activation, 0 where it was cut short.
  float value(int pe) const { return cut_[pe] ? 0.0f : value_[pe]; }
  bool is_cut(int pe) const { return cut_[pe] != 0; }

  // MACs, reads, cut outputs and comparisons of all tiles so far.
  const Counters& counted() const { return counted_; }

 private:
  const TapOrder& order(int column) const;
  // One tap of an output that has not stopped.
  void take_tap(int output);
  // The same; true when it has.
  bool stops(int output);
  void assign(int column);

  const Work* work_ = nullptr;
  ActivationPortIf* rows_ = nullptr;
  WeightPortIf* columns_ = nullptr;
  const ResidualIf* residual_ = nullptr;
  bool gates_zeros_ = false;
  const TileWork* tile_ = nullptr;
  // Of each output of the tile.
  std::vector<double> sum_;
  std::vector<float> value_;
  std::vector<Count> taken_;
  std::vector<char> cut_, done_;
  Count open_ = 0;                         // outputs that are not done
  std::vector<std::vector<int>> running_;  // alone: [columns][rows], the output of each PE, or -1
  std::vector<int> next_;                  // alone: [columns], the next row of positions
  Counters counted_;
};

}  // namespace peeksim::clocked
