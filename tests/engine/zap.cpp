// The policy zap on both engines: as masks that say the same.
#include <doctest/doctest.h>

#include "sim/skip/prediction.h"
#include "tests/support/both_engines.h"
#include "tests/support/error_message.h"
#include "tests/support/layer_values.h"
#include "tests/support/masks_in_memory.h"
#include "tests/support/random_case.h"
#include "tests/support/zap_in_memory.h"

using namespace peeksim;

namespace {

// What the machine decides on the layer's values.
Masks::Decisions decisions_of(const MachineSpec& machine, const Layer& layer,
                              const LayerValues& values) {
  const LayerPrediction settings = resolve_prediction(machine, layer, false);
  const Prediction made = predict(settings, values.ofmap, layer.K, 0);
  Masks::Decisions decisions;
  decisions.first = *made.grid.first;
  for (int k = 0; k < layer.K; ++k)
    for (int window = 0; window < made.grid.count(); ++window)
      decisions.gated.push_back(made.predicted.test(window, k));
  return decisions;
}

}  // namespace

TEST_CASE("zap takes the counters, cycles and events of masks that say the same, in both engines") {
  Count gated = 0, decided = 0;
  for (unsigned seed = 0; seed < 80; ++seed) {
    CAPTURE(seed);
    RandomCase random(seed);
    Random numbers(seed);
    Layer layer = random.layer();
    MachineSpec machine = random.machine_with_ties();
    layer.activation = Activation::relu;
    if (machine.array.dispatch == "balanced_fill") machine.array.dispatch = "balanced";
    LayerValues values{random.ofmap(layer), {}};
    tell_ifmap(machine, layer, random.ifmap(layer), values);
    machine.prediction.decision_macs_per_cycle = random.pick<int>({0, 1, 7, 100});
    machine.prediction.channel_thresholds.clear();
    const char* pattern = first_patterns()[random.from(0, 2)].name;
    use_zap(machine, networks_of(pattern, layer, random_network(numbers, layer.K)));
    const BothEngines zap = run_both(machine, layer, values);
    CHECK(difference(zap.event, zap.clocked) == "");
    CHECK(first_difference(zap) == "");
    const Count macs = resolve_prediction(machine, layer, false).decision_macs;
    use_masks(machine, decisions_of(machine, layer, values), macs);
    const BothEngines masks = run_both(machine, layer, values);
    CHECK(difference(zap.event, masks.event) == "");
    BothEngines logs;
    logs.event_log = zap.event_log;
    logs.clocked_log = masks.event_log;
    CHECK(first_difference(logs) == "");
    gated += zap.event.predicted_zero;
    decided += zap.event.decision_macs;
  }
  CHECK(gated > 1000);
  CHECK(decided > 1000);
}

TEST_CASE("the clocked engine decides by the trace's values, whatever it computes") {
  // 1x1 taps of weight 1: what is computed is the ifmap, and the trace says something else.
  Layer layer;
  layer.name = "layer";
  layer.W = 4;
  layer.activation = Activation::relu;
  LayerValues values{{-1, 1, -1, 1}, {}};
  values.operands.ifmap = {1, 1, 1, 1};
  values.operands.weight = weights_by_tap(layer, {1});
  const std::vector<float> ones(9, 1.0f), center = {0, 0, 0, 0, 1, 0, 0, 0, 0};
  MachineSpec machine;
  use_zap(machine, networks_of("checkerboard", layer, uniform_network(1, ones, 0, center, 0)));
  const BothEngines both = run_both(machine, layer, values);
  CHECK(both.event.predicted_zero == 2);
  CHECK(difference(both.event, both.clocked) == "");
}

TEST_CASE("balanced_fill is refused, because scores look further than a window") {
  Layer layer;
  layer.name = "layer";
  layer.W = 4;
  layer.activation = Activation::relu;
  MachineSpec machine;
  const std::vector<float> ones(9, 1.0f);
  use_zap(machine, networks_of("quarter", layer, uniform_network(1, ones, 0, ones, 0)));
  machine.array.dispatch = "balanced_fill";
  CHECK(contains(message_of(ErrorKind::config, [&] { set_up_layer(machine, layer, false); }),
                 "use balanced"));
}
