// The prediction unit: compares peeks as they drain and releases a step's predictions a fixed
// latency after its last peek.
#pragma once

#include "sim/engine/event/interfaces.h"
#include "sim/engine/event_log.h"
#include "sim/engine/kernel/module.h"

namespace peeksim {

class PredictionUnit : public Module, public PredictionIf {
 public:
  PredictionUnit(const sc_core::sc_module_name& name, Cycle latency);

  sc_core::sc_export<PredictionIf> predictions;

  void begin(EventLog* log);
  Count comparisons() const { return comparisons_; }

  void compare(Count peeks) override { comparisons_ += peeks; }
  void last_peek(int step, Cycle drain_end) override;
  const ReadyPrediction& known() const override { return timing_.known(); }
  const sc_core::sc_event& ready_event() const override { return ready_; }

 private:
  void release();  // process: predictions whose latency is over become known
  void wake_for_next();
  void log(int step, Cycle drain_end, Cycle ready);

  Cycle latency_;
  PredictionLatency timing_;
  Count comparisons_ = 0;
  Count logged_comparisons_ = 0;  // those of the steps in the log
  EventLog* log_ = nullptr;
  sc_core::sc_event wake_, ready_;
};

}  // namespace peeksim
