#include "sim/engine/clocked/clocked_engine.h"

#include <optional>

namespace peeksim::clocked {

Counters ClockedEngine::simulate_image(const Job& job, int image, Observer& observer) {
  const LayerSetup& setup = *job.setup;
  const Layer& layer = setup.layer;
  const LayerValues& values = *job.images[image].values;
  const bool compares = setup.prediction.compares();
  // A machine that compares no peek knows from the trace, or from masks, what is gated.
  Prediction prediction;
  prediction.grid = setup.prediction.grid;
  const Predictor& predictor = *setup.prediction.predictor;
  // What depends on operands the array finds out for itself.
  require_operands(setup.prediction, &values.operands);
  if (!compares && !predictor.reads_operands)
    prediction = predict(setup.prediction, values.ofmap, layer.K, values.image);
  const WindowGrid grid = prediction.grid;
  WindowBits found(grid.count(), layer.K);
  Work work;
  work.machine = job.machine;
  work.image = values.image;
  work.check_values = values.check;
  work.layer = &layer;
  work.plan = &setup.plan;
  work.prediction = &setup.prediction;
  work.windows = &grid;
  work.operands = &values.operands;
  work.ofmap = &values.ofmap;
  work.known = &prediction.predicted;
  work.fate = predictor.fate;
  if (predictor.orders_taps() && !may_cut_short(values.operands)) work.fate = OutputFate::computed;
  std::optional<LowPrecision> low;
  if (predictor.estimate_bits != nullptr)
    work.low =
        &low.emplace(layer, values.operands, setup.prediction.value_of(predictor.estimate_bits));
  std::vector<TapOrder> orders;
  if (work.cuts_short())
    orders =
        tap_orders(layer, values.operands, setup.prediction.value_of(predictor.speculated_percent));
  work.orders = &orders;
  ClockedAccelerator::Outcome outcome;
  outcome.predicted = &found;
  std::vector<float> stored;
  if (observer.wants_values(image)) {
    stored.assign(values.ofmap.size(), 0.0f);
    outcome.stored = &stored;
  }
  Counters total;
  for (work.group = 0; work.group < layer.groups; ++work.group) {
    work.recorder = Recorder(observer, image, work.group, total.cycles, 0);
    total += accelerator_.run(work, job.memory, {&observer, image, total.cycles}, outcome);
  }
  if (compares || work.cuts_short())
    prediction = judge(setup.prediction, grid, std::move(found), values.ofmap, layer.K);
  if (outcome.stored != nullptr) observer.on_values(image, stored, outcome.worst_deviation);
  total.correct_zero = prediction.correct_zero;
  total.false_zero = prediction.false_zero;
  check_conservation(total, layer.name.c_str());
  return total;
}

const EngineKind engine_kind = {"clocked",
                                "every cycle, every PE, every operand",
                                true,
                                true,
                                true,
                                ClockedAccelerator::block_count,
                                [](const EngineOptions& options) -> std::unique_ptr<Engine> {
                                  return std::make_unique<ClockedEngine>(options);
                                }};

}  // namespace peeksim::clocked
