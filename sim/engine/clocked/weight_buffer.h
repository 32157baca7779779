// The weight buffer: halves with the weights of a group, or of a chunk of its taps, and a read port
// that broadcasts each tap's weights down the columns.
#pragma once

#include <vector>

#include "sim/engine/clocked/operand_buffer.h"
#include "sim/engine/clocked/operand_port.h"

namespace peeksim::clocked {

class WeightBuffer : public OperandBuffer, public WeightPortIf {
 public:
  WeightBuffer(const sc_core::sc_module_name& name, Wires& wires);

  const float* weights_of(Count tap) override;

 private:
  struct Half {
    Count first_tap = 0;
    int columns = 0;
    std::vector<float> values;  // [taps][columns]
    std::vector<float> low;     // the same in the few bits of a look-ahead
  };

  void store(const LoadRequest& load, int half) override;
  void turn_to(const ChunkIssue& chunk) override;
  void store_in_order(const LoadRequest& load, Half& half);

  Half halves_[2];
  const Half* reading_ = nullptr;
  const float* values_ = nullptr;  // of that half
};

}  // namespace peeksim::clocked
