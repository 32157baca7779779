// The policy mask: decisions of another program, on both engines.
#include <doctest/doctest.h>

#include "sim/base/error.h"
#include "sim/skip/prediction.h"
#include "tests/support/both_engines.h"
#include "tests/support/layer_values.h"
#include "tests/support/masks_in_memory.h"
#include "tests/support/random_case.h"

using namespace peeksim;

namespace {

// About one of `first` positions first (0: none), and of the other outputs one of `gated` gated.
Masks::Decisions random_masks(RandomCase& random, const Layer& layer, int first, int gated) {
  Masks::Decisions made;
  const auto one_in = [&](int n) { return static_cast<std::uint8_t>(n > 0 && random.one_in(n)); };
  for (Count i = 0; i < layer.positions(); ++i) made.first.push_back(one_in(first));
  for (Count i = 0; i < layer.outputs(); ++i)
    made.gated.push_back(made.first[i % layer.positions()] != 0 ? std::uint8_t{0} : one_in(gated));
  return made;
}

Count sum(const std::vector<std::uint8_t>& bits) {
  Count count = 0;
  for (const std::uint8_t bit : bits) count += bit;
  return count;
}

// A layer that fits, and a machine.
struct Drawn {
  Layer layer;
  MachineSpec machine;
};

Drawn draw(RandomCase& random) {
  Drawn drawn = {random.layer(), random.machine_with_ties()};
  drawn.layer.activation = Activation::relu;
  if (drawn.machine.array.dispatch == "balanced_fill") drawn.machine.array.dispatch = "balanced";
  return drawn;
}

LayerValues values_of(RandomCase& random, const Drawn& drawn) {
  LayerValues values{random.ofmap(drawn.layer), {}};
  tell_ifmap(drawn.machine, drawn.layer, random.ifmap(drawn.layer), values);
  return values;
}

}  // namespace

TEST_CASE("both engines gate what the masks say, in the same cycles") {
  for (int seed = 0; seed < 80; ++seed) {
    CAPTURE(seed);
    RandomCase random(static_cast<std::uint64_t>(seed));
    Drawn drawn = draw(random);
    const LayerValues values = values_of(random, drawn);
    const Masks::Decisions made = random_masks(random, drawn.layer, random.from(0, 4), 2);
    const Count macs = random.pick<Count>({0, 1, 18});
    use_masks(drawn.machine, made, macs);
    drawn.machine.prediction.decision_macs_per_cycle = random.pick<int>({0, 1, 7, 100});
    const BothEngines both = run_both(drawn.machine, drawn.layer, values);
    CHECK(difference(both.event, both.clocked) == "");
    CHECK(first_difference(both) == "");
    CHECK(both.event.peeks == sum(made.first) * drawn.layer.K);
    CHECK(both.event.comparisons == both.event.peeks);
    CHECK(both.event.neighbors == drawn.layer.outputs() - both.event.peeks);
    CHECK(both.event.windows == drawn.layer.outputs());
    CHECK(both.event.predicted_zero == sum(made.gated));
    CHECK(both.event.decision_macs <= macs * both.event.neighbors);
  }
}

TEST_CASE("decisions take as long as their MACs, after the last output that is computed first") {
  // One step: two positions first, two decided, one of them gated; a tap and a PE row each.
  Layer layer;
  layer.name = "layer";
  layer.W = 4;
  layer.activation = Activation::relu;
  MachineSpec machine;
  machine.array.rows = machine.array.cols = 1;
  use_masks(machine, {{1, 0, 1, 0}, {0, 1, 0, 0}}, 5);
  const LayerValues values{{1, -1, 1, 1}, {}};
  const auto cycles = [&](int width) {
    machine.prediction.decision_macs_per_cycle = width;
    const BothEngines both = run_both(machine, layer, values);
    CHECK(first_difference(both) == "");
    CHECK(both.event.decision_macs == 10);
    return both.event.cycles;
  };
  const Cycle free = cycles(0);
  CHECK(cycles(10) == free + 1);
  CHECK(cycles(9) == free + 2);
  CHECK(cycles(1) == free + 10);
}

TEST_CASE("masks with nothing first take the time of an oracle that gates the same") {
  for (int seed = 100; seed < 130; ++seed) {
    CAPTURE(seed);
    RandomCase random(static_cast<std::uint64_t>(seed));
    Drawn drawn = draw(random);
    const LayerValues values = values_of(random, drawn);
    drawn.machine.prediction.policy = "oracle";
    const Counters oracle = run_both(drawn.machine, drawn.layer, values).event;
    Masks::Decisions made;
    made.first.assign(drawn.layer.positions(), 0);
    for (const float value : values.ofmap) made.gated.push_back(value <= 0);
    use_masks(drawn.machine, made);
    Counters masked = run_both(drawn.machine, drawn.layer, values).event;
    CHECK(masked.windows == drawn.layer.outputs());
    CHECK(masked.neighbors == drawn.layer.outputs());
    masked.windows = masked.neighbors = masked.window_bits_peak = 0;
    CHECK(difference(oracle, masked) == "");
  }
}

TEST_CASE(
    "a layer that its masks do not have runs dense, and one without a ReLU may not have any") {
  class NoLayer : public Masks {
    bool has(const std::string&) const override { return false; }
    Count decision_macs(const std::string&) const override { return 0; }
    Decisions read(const std::string&, int) const override { return {}; }
  };
  Layer layer;
  layer.name = "layer";
  layer.activation = Activation::relu;
  MachineSpec machine;
  use_masks(machine, {{0}, {1}});
  CHECK(resolve_prediction(machine, layer, false).decides());
  machine.array.dispatch = "balanced_fill";
  CHECK_THROWS_WITH_AS(set_up_layer(machine, layer, false), doctest::Contains("use balanced"),
                       Error);
  layer.activation = Activation::none;
  CHECK_THROWS_WITH_AS(resolve_prediction(machine, layer, false), doctest::Contains("no ReLU"),
                       Error);
  machine.prediction.masks = std::make_shared<NoLayer>();
  CHECK(resolve_prediction(machine, layer, false).excluded == "no ReLU");
  layer.activation = Activation::relu;
  const LayerPrediction dense = resolve_prediction(machine, layer, false);
  CHECK(dense.excluded == "not in the masks file");
  CHECK_FALSE(dense.predicts());
  machine.prediction.masks = nullptr;
  CHECK_THROWS_WITH_AS(resolve_prediction(machine, layer, false), doctest::Contains("of a trace"),
                       Error);
  machine.prediction.masks_file = "";
  CHECK_THROWS_WITH_AS(resolve_prediction(machine, layer, false),
                       doctest::Contains("needs prediction.masks_file"), Error);
}
