// The weight buffer: two halves with the weights of a group, or of a chunk of its taps, a fill port
// for the DMA and a read port that broadcasts each tap's weights down the columns.
#pragma once

#include <vector>

#include "sim/config/machine.h"
#include "sim/engine/clocked/wires.h"
#include "sim/engine/kernel/module.h"

namespace peeksim::clocked {

class WeightBuffer : public Module {
 public:
  WeightBuffer(const sc_core::sc_module_name& name, Wires& wires);

  void begin(const Work& work);
  Bytes filled_bytes() const { return filled_bytes_; }

 private:
  struct Half {
    int load = -1;
    Count first_tap = 0;
    int columns = 0;
    std::vector<float> values;  // [taps][columns]
  };

  void on_fill();
  void on_chunk();
  void on_taps();
  void fill(const LoadRequest& load);

  Wires& wires_;
  const Work* work_ = nullptr;
  Half halves_[2];
  const Half* reading_ = nullptr;
  Bytes filled_bytes_ = 0;
};

}  // namespace peeksim::clocked
