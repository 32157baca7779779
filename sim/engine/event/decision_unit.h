// The prediction unit (timing only): peeks pass it as they drain, and a decision is known when its
// own MACs are done and a fixed latency is over after the last peek that it follows from.
#pragma once

#include "sim/engine/event/interfaces.h"
#include "sim/engine/kernel/module.h"

namespace peeksim::event {

class DecisionUnit : public Module, public DecisionIf {
 public:
  explicit DecisionUnit(const sc_core::sc_module_name& name);

  sc_core::sc_export<DecisionIf> decisions;

  void begin(Cycle latency, const Recorder& recorder);
  Count comparisons() const { return comparisons_; }

  void compare(Count peeks) override { comparisons_ += peeks; }
  void last_peek(const ChunkStart& tile, Cycle drain_end) override;
  const KnownDecision& known() const override { return timing_.known(); }
  const sc_core::sc_event& ready_event() const override { return ready_; }

 private:
  void release();  // process: decisions whose latency is over become known
  void wake_for_next();

  DecisionLatency timing_{0};
  Recorder recorder_;
  Count comparisons_ = 0;
  Count recorded_ = 0;  // comparisons of the steps that were recorded
  sc_core::sc_event wake_, ready_;
};

}  // namespace peeksim::event
