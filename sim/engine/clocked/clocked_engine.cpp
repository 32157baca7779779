#include "sim/engine/clocked/clocked_engine.h"

namespace peeksim {

Counters simulate_clocked_layer(ClockedAccelerator& accelerator, const LayerSetup& setup,
                                const LayerValues& values, EventLog* log, ClockedFindings* findings,
                                clocked::Waveform* waveform) {
  const Layer& layer = setup.layer;
  const WindowGrid& grid = setup.prediction.grid;
  const bool has_peeks = !grid.peeks.empty();
  // Without peeks the machine has nothing to look at: what is gated is known from the trace.
  Prediction prediction;
  if (!has_peeks) prediction = predict(setup.prediction, values.ofmap, layer.K);
  WindowBits found(grid.count(), layer.K);
  clocked::Work work;
  work.log = log;
  work.waveform = waveform;
  work.image = values.image;
  work.check_values = values.check;
  work.layer = &layer;
  work.plan = &setup.plan;
  work.prediction = &setup.prediction;
  work.operands = &values.operands;
  work.ofmap = &values.ofmap;
  work.known = &prediction.predicted;
  ClockedAccelerator::Outcome outcome;
  outcome.predicted = &found;
  if (findings != nullptr) {
    findings->stored.assign(values.ofmap.size(), 0.0f);
    outcome.stored = &findings->stored;
  }
  Counters total;
  for (work.group = 0; work.group < layer.groups; ++work.group) {
    const std::size_t logged_before = log != nullptr ? log->size() : 0;
    const Counters counters = accelerator.run(work, outcome);
    if (log != nullptr) place_events(*log, logged_before, work.group, total.cycles);
    total += counters;
  }
  if (has_peeks) prediction = judge(setup.prediction, std::move(found), values.ofmap, layer.K);
  if (findings != nullptr) findings->worst_deviation = outcome.worst_deviation;
  total.correct_zero = prediction.correct_zero;
  total.false_zero = prediction.false_zero;
  check_conservation(total, layer.name.c_str());
  return total;
}

}  // namespace peeksim
