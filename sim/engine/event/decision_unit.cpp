#include "sim/engine/event/decision_unit.h"

#include "sim/engine/kernel/cycle_time.h"

namespace peeksim::event {

DecisionUnit::DecisionUnit(const sc_core::sc_module_name& name) : Module(name) {
  decisions(*this);
  SC_HAS_PROCESS(DecisionUnit);
  SC_METHOD(release);
  sensitive << wake_;
  dont_initialize();
}

void DecisionUnit::begin(Cycle latency, const Recorder& recorder) {
  timing_ = DecisionLatency(latency);
  recorder_ = recorder;
  comparisons_ = recorded_ = 0;
}

void DecisionUnit::last_peek(const ChunkStart& tile, Cycle drain_end) {
  const Cycle ready = timing_.drained(tile.tile->decides, drain_end, tile.decision_cycles);
  if (tile.ends_peeks) {
    recorder_.record(prediction_event(tile.step, comparisons_ - recorded_), drain_end, ready);
    recorded_ = comparisons_;
  }
  wake_for_next();
}

void DecisionUnit::release() {
  guard([this] {
    timing_.advance(current_cycle());
    ready_.notify(sc_core::SC_ZERO_TIME);
    wake_for_next();
  });
}

void DecisionUnit::wake_for_next() {
  if (const KnownDecision* next = timing_.next()) wake_.notify(until(next->ready));
}

}  // namespace peeksim::event
