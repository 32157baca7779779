#include "sim/engine/event/prediction_unit.h"

#include <algorithm>

#include "sim/engine/kernel/cycle_time.h"

namespace peeksim {

PredictionUnit::PredictionUnit(const sc_core::sc_module_name& name, Cycle latency)
    : Module(name), latency_(latency), timing_(latency) {
  predictions(*this);
  SC_HAS_PROCESS(PredictionUnit);
  SC_METHOD(release);
  sensitive << wake_;
  dont_initialize();
}

void PredictionUnit::begin(EventLog* log) {
  log_ = log;
  timing_ = PredictionLatency(latency_);
  comparisons_ = logged_comparisons_ = 0;
}

void PredictionUnit::last_peek(int step, Cycle drain_end) {
  const Cycle ready = timing_.drained(step, drain_end);
  if (log_ != nullptr) log(step, drain_end, ready);
  wake_for_next();
}

void PredictionUnit::log(int step, Cycle drain_end, Cycle ready) {
  record(log_, prediction_event(step, comparisons_ - logged_comparisons_), drain_end, ready);
  logged_comparisons_ = comparisons_;
}

void PredictionUnit::release() {
  timing_.advance(current_cycle());
  ready_.notify(sc_core::SC_ZERO_TIME);
  wake_for_next();
}

void PredictionUnit::wake_for_next() {
  if (const ReadyPrediction* next = timing_.next())
    wake_.notify(cycles(std::max<Cycle>(0, next->ready - current_cycle())));
}

}  // namespace peeksim
