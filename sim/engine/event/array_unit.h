// The PE array as one module: a chunk is one call, not an entry of the kernel per PE or per cycle.
// The dataflow defines what a chunk costs.
#pragma once

#include "sim/engine/event/interfaces.h"
#include "sim/engine/kernel/module.h"

namespace peeksim::event {

class ArrayUnit : public Module, public ArrayIf {
 public:
  explicit ArrayUnit(const sc_core::sc_module_name& name) : Module(name) { control(*this); }

  sc_core::sc_export<ArrayIf> control;
  sc_core::sc_port<BufferIf> ifmap_port;   // activations, broadcast along rows
  sc_core::sc_port<BufferIf> weight_port;  // weights, down columns
  sc_core::sc_port<BufferIf> ofmap_port;   // drained outputs
  sc_core::sc_port<DecisionIf> peek_port;  // peeks pass the comparators as they drain

  void begin(const Recorder& recorder);

  Cycle busy() const { return busy_; }
  Cycle drain_stall() const { return drain_stall_; }
  Count tiles() const { return tiles_; }

  ChunkTimes run(const ChunkStart& issue, Cycle start) override;
  Cycle drain_end() const override { return timing_.drain_end(); }

 private:
  void record(const ChunkStart& issue, Cycle start, Cycle computed, const ChunkTimes& times) const;

  ArrayTiming timing_;
  Recorder recorder_;
  Cycle busy_ = 0, drain_stall_ = 0;
  Count tiles_ = 0;
};

}  // namespace peeksim::event
