// The ifmap buffer: halves with a block's activations each, and a read port that broadcasts, for
// every tap, the activation of each row's position along the row (or of each PE's position, where a
// row's PEs have different ones).
#pragma once

#include <vector>

#include "sim/engine/clocked/operand_buffer.h"
#include "sim/engine/clocked/operand_port.h"
#include "sim/engine/clocked/zero_flags.h"

namespace peeksim::clocked {

class IfmapBuffer : public OperandBuffer, public ActivationPortIf, public ZeroFlagsIf {
 public:
  IfmapBuffer(const sc_core::sc_module_name& name, Wires& wires);

  TapActivations activations_of(Count tap) override;
  std::vector<Count> live_taps(int load, const TileWork& tile, Count first,
                               Count taps) const override;

 private:
  // A block's bounding rectangle of taps. What lies outside the map is stored as the zeros that the
  // address generator would insert.
  struct Half {
    const Block* block = nullptr;
    int width = 0;                // of the rectangle
    std::vector<float> values;    // [C/groups][height][width]
    std::vector<float> low;       // the same in the few bits of a look-ahead
    std::vector<int> tap_offset;  // [L]: from a position's first tap
  };

  void store(const LoadRequest& load, int half) override;
  void turn_to(const ChunkIssue& chunk) override;
  // Where the first tap of each position is stored; 0 for the position -1.
  std::vector<int> first_taps(const Half& half, const std::vector<int>& positions) const;

  Half halves_[2];
  const Half* reading_ = nullptr;
  const float* values_ = nullptr;  // of that half
  // The first taps of the tile's different positions; and of each row or, where rows are not
  // shared, of each PE.
  std::vector<int> distinct_base_, base_;
};

}  // namespace peeksim::clocked
