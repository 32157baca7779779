// The two engines agree on random machines, layers and values; RapidCheck shrinks a disagreement to
// a small one. `test_engine -tc="*random*" --cases 100000` tries more than a test run does.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "sim/base/error.h"
#include "tests/support/both_engines.h"
#include "tests/support/layer_values.h"
#include "tests/support/random_case.h"
#include "tests/support/random_machine.h"
#include "tests/support/reference_conv.h"

using namespace peeksim;

namespace {

// What a case is made of: plain choices, so that each can shrink on its own.
struct Choices {
  int from(int least, int most) const { return *rc::gen::inRange(least, most + 1); }
  bool one_in(int n) const { return from(1, n) == n; }
  template <class T>
  T pick(const std::vector<T>& choices) const {
    return *rc::gen::elementOf(choices);
  }
};
const Choices choose;

Layer random_layer() {
  const Layer layer = draw_layer(choose);
  RC_PRE(shape_error(layer).empty());
  return layer;
}

// Both engines; a machine with a buffer that is too small for the layer does not count.
BothEngines run_if_it_fits(const MachineSpec& machine, const Layer& layer,
                           const LayerValues& values) {
  try {
    return run_both(machine, layer, values);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::machine) RC_FAIL(std::string(error.what()));
    RC_DISCARD("refused");
  }
}

// Both engines on values without weights: the array lets the trace's outputs drain.
BothEngines replayed(const MachineSpec& machine, const Layer& layer, RandomCase& random) {
  LayerValues values{random.ofmap(layer), {}};
  const std::vector<float> ifmap = random.ifmap(layer);
  if (choose.from(0, 2) > 0) tell_ifmap(machine, layer, ifmap, values);
  return run_if_it_fits(machine, layer, values);
}

// Values that are multiples of 1/8 and small: every sum is exact.
std::vector<float> random_values(RandomCase& random, std::size_t count, int most) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.from(-most, most)) / 8;
  return values;
}

// A layer whose ofmap is the convolution of its ifmap: the array computes it again.
LayerValues computed_values(const Layer& layer, RandomCase& random) {
  LayerValues values;
  Operands& operands = values.operands;
  operands.ifmap = random.ifmap(layer);
  const std::vector<float> weight =
      random_values(random, static_cast<std::size_t>(layer.K * layer.L()), 8);
  std::vector<double> sums = reference_conv(layer, operands.ifmap, weight);
  operands.weight = weights_by_tap(layer, weight);
  const std::vector<float> bias = random_values(random, layer.K, 16);
  operands.bias.assign(bias.begin(), bias.end());
  if (layer.residual) operands.residual = random_values(random, sums.size(), 32);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] += bias[i / layer.positions()];
    if (layer.residual) sums[i] += operands.residual[i];
    values.ofmap.push_back(static_cast<float>(sums[i]));
  }
  values.check = true;
  return values;
}

}  // namespace

TEST_CASE("both engines give the same counters and events on random machines, layers and ofmaps") {
  int ran = 0;
  CHECK(rc::check("engines agree", [&] {
    const Layer layer = random_layer();
    const MachineSpec machine = draw_machine(choose);
    RandomCase random(choose.from(0, 1000));
    const BothEngines both = replayed(machine, layer, random);
    ++ran;
    RC_ASSERT(difference(both.event, both.clocked) == "");
    RC_ASSERT(first_difference(both) == "");
  }));
  CHECK(ran >= 100);
}

TEST_CASE("the array computes random layers exactly, and stores all but the gated outputs") {
  int ran = 0, computed = 0;
  CHECK(rc::check("values", [&] {
    const Layer layer = random_layer();
    const MachineSpec machine = draw_machine(choose);
    RandomCase random(choose.from(0, 1000));
    LayerValues values = computed_values(layer, random);
    tell_ifmap(machine, layer, std::vector<float>(values.operands.ifmap), values);
    const BothEngines both = run_if_it_fits(machine, layer, values);
    ++ran;
    computed += both.clocked.macs_executed > 0;
    RC_ASSERT(difference(both.event, both.clocked) == "");
    RC_ASSERT(first_difference(both) == "");
    RC_ASSERT(both.findings.worst_deviation == 0);
    Count zeros = 0;
    for (std::size_t i = 0; i < values.ofmap.size(); ++i) {
      const float stored = both.findings.stored[i];
      RC_ASSERT(stored == values.ofmap[i] || stored == 0.0f);
      zeros += stored == 0.0f && values.ofmap[i] != 0.0f;
    }
    RC_ASSERT(zeros <= both.clocked.predicted_zero);
  }));
  CHECK(ran >= 100);
  CHECK(computed >= 50);
}

TEST_CASE("both engines agree on random look-aheads, outputs cut short and perforations") {
  std::map<std::string, int> ran;
  CHECK(rc::check("rivals", [&] {
    const Layer layer = random_layer();
    MachineSpec machine = draw_machine(choose);
    machine.prediction.policy =
        choose.pick<std::string>({"lookahead", "snapea", "snapea", "perforate"});
    auto& own = machine.parameters.by_key;
    own["prediction.lookahead_bits"] = choose.from(2, 8);
    own["prediction.lookahead_ratio"] = choose.pick<int>({1, 2, 3, 4, 16});
    own["prediction.speculated_percent"] = choose.pick<int>({0, 0, 1, 20, 50, 100});
    own["prediction.retire_alone"] = choose.from(0, 1);
    machine.prediction.threshold = choose.pick<double>({0, 0, -2, 1});
    if (machine.prediction.policy == "lookahead" && machine.array.dispatch == "balanced_fill")
      machine.array.dispatch = "balanced";
    if (machine.prediction.policy == "snapea") {
      machine.array.skip_zero_activations = false;
      machine.buffers.ifmap_banks = 0;
    }
    RandomCase random(choose.from(0, 1000));
    LayerValues values = computed_values(layer, random);
    tell_ifmap(machine, layer, std::vector<float>(values.operands.ifmap), values);
    const BothEngines both = run_if_it_fits(machine, layer, values);
    ++ran[machine.prediction.policy];
    RC_ASSERT(difference(both.event, both.clocked) == "");
    RC_ASSERT(first_difference(both) == "");
    RC_ASSERT(both.findings.worst_deviation == 0);
    if (machine.prediction.policy != "snapea" || own["prediction.speculated_percent"] > 0) return;
    RC_ASSERT(both.event.false_zero == 0);
    for (std::size_t i = 0; i < values.ofmap.size(); ++i)
      RC_ASSERT(std::max(both.findings.stored[i], 0.0f) == std::max(values.ofmap[i], 0.0f));
  }));
  for (const char* policy : {"lookahead", "snapea", "perforate"}) CHECK(ran[policy] >= 15);
}
