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
    std::vector<int> tap_offset;  // [L]: from a position's first tap
  };

  void store(const LoadRequest& load, int half) override;
  void turn_to(const ChunkIssue& chunk) override;
  int first_tap(const Half& half, int position) const;

  Half halves_[2];
  const Half* reading_ = nullptr;
  std::vector<int> base_;  // [rows] or [rows][columns]: first tap; 0 where no PE is enabled
};

}  // namespace peeksim::clocked
