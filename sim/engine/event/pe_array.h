// The output-stationary PE array as one module: the kernel is entered once per tile chunk, not
// once per PE or per cycle.
#pragma once

#include "sim/config/machine.h"
#include "sim/engine/event/interfaces.h"
#include "sim/engine/kernel/module.h"

namespace peeksim {

class PeArray : public Module, public ArrayIf {
 public:
  PeArray(const sc_core::sc_module_name& name, const MachineSpec& machine);

  sc_core::sc_export<ArrayIf> control;
  sc_core::sc_port<BufferIf> ifmap_port;     // activations, broadcast along rows
  sc_core::sc_port<BufferIf> weight_port;    // weights, down columns
  sc_core::sc_port<BufferIf> ofmap_port;     // drained outputs
  sc_core::sc_port<PredictionIf> peek_port;  // peeks pass the comparators as they drain

  void begin();

  Cycle busy() const { return busy_; }
  Cycle drain_stall() const { return drain_stall_; }
  Count tiles() const { return tiles_; }

  ChunkTimes run(const ChunkIssue& issue) override;
  Cycle drain_end() const override { return timing_.drain_end(); }
  const sc_core::sc_event& ended_event() const override { return ended_; }

 private:
  const int lanes_, ifmap_read_width_, weight_read_width_;
  ArrayTiming timing_;
  Cycle busy_ = 0, drain_stall_ = 0;
  Count tiles_ = 0;
  sc_core::sc_event ended_;
};

}  // namespace peeksim
