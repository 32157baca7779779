#include "sim/engine/event/event_engine.h"

#include <string>
#include <unordered_map>

#include "sim/engine/self_check.h"
#include "sim/engine/value_counters.h"
#include "sim/skip/operands/zero_gating.h"

namespace peeksim::event {

Counters EventEngine::simulate_image(const Job& job, int image, Observer& observer) {
  const LayerSetup& setup = *job.setup;
  const Layer& layer = setup.layer;
  const LayerValues& values = *job.images[image].values;
  Prediction computed;
  const Prediction* prediction = job.images[image].prediction;
  if (prediction == nullptr) {
    const LayerOperands operands{layer, values.operands};
    computed = predict(setup.prediction, values.ofmap, layer.K, values.image, &operands);
    prediction = &computed;
  }
  const bool skips =
      fate_of_zero_taps(job.machine->array, values.live_taps.known()) == TapFate::skipped;
  // Groups with the same program have the same events in the same cycles; groups whose simulation
  // cannot differ share one program.
  const bool alike = !prediction->predicts && !skips;
  const bool share = layer.groups > 1 && observer.detail(image) == EventDetail::none;
  std::unordered_map<std::string, Counters> simulated;  // by the program's fingerprint
  const auto counters_of = [&](const Program& program, const Recorder& recorder) {
    if (!share) return simulate_program(job, program, recorder);
    const auto [known, is_new] = simulated.try_emplace(program.fingerprint());
    if (is_new) known->second = simulate_program(job, program, recorder);
    return known->second;
  };
  ProgramMaker programs(setup.plan, *prediction, *job.machine);
  Counters total, of_group;
  for (int group = 0; group < layer.groups; ++group) {
    if (group == 0 || !alike || !share) {
      const Recorder recorder(observer, image, group, total.cycles, Accelerator::now());
      TapCounter taps(layer, *job.machine, skips ? values.live_taps.of_group(group) : nullptr);
      of_group = counters_of(programs.make(group * (layer.K / layer.groups), &taps), recorder);
    }
    total += of_group;
  }
  count_values(layer, *prediction, values, total);
  return total;
}

Counters EventEngine::simulate_program(const Job& job, const Program& program,
                                       const Recorder& recorder) {
  const LayerSetup& setup = *job.setup;
  const Counters counted = accelerator_.run(program, job.memory, recorder);
  Counters counters = program_counters(program, *setup.prediction.predictor);
  take_measured(counted, counters, setup.layer.name);
  return counters;
}

const EngineKind engine_kind = {"event",
                                "enters the kernel once per event, fast",
                                false,
                                false,
                                false,
                                Accelerator::block_count,
                                [](const EngineOptions& options) -> std::unique_ptr<Engine> {
                                  return std::make_unique<EventEngine>(options);
                                }};

}  // namespace peeksim::event
