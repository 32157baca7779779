// The values that the clocked engine computes, and what it says when one is wrong.
#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "sim/base/error.h"
#include "sim/run/run.h"
#include "tests/support/both_engines.h"
#include "tests/support/config_error.h"
#include "tests/support/random_case.h"
#include "tests/support/reference_conv.h"
#include "tests/trace/sample.h"

using namespace peeksim;

namespace {

// A 3x3 convolution of 2 channels to 4 on a 6x6 map, its values computed from the definition.
struct Computed {
  Layer layer = conv_layer("deep/conv", 2, 6, 6, 4, 3, 1);
  MachineSpec machine;
  LayerValues values;

  Computed() {
    machine.name = "m";
    machine.array.rows = machine.array.cols = 4;
    RandomCase random(3);
    values.operands.ifmap = random.ifmap(layer);
    std::vector<float> weight(static_cast<std::size_t>(layer.K * layer.L()));
    for (float& w : weight) w = static_cast<float>(random.from(-8, 8)) / 8;
    const std::vector<double> sums = reference_conv(layer, values.operands.ifmap, weight);
    values.ofmap.assign(sums.begin(), sums.end());
    for (Count tap = 0; tap < layer.L(); ++tap)
      for (int k = 0; k < layer.K; ++k)
        values.operands.weight.push_back(weight[k * layer.L() + tap]);
    values.check = true;
  }
  Counters run() const {
    Findings findings;
    return run(findings);
  }
  Counters run(Findings& findings) const {
    return simulate(fresh_engine("clocked"), machine, set_up_layer(machine, layer, false), values,
                    findings);
  }
};

// Channel 2, position (3, 4).
constexpr int wrong_output = (2 * 6 + 3) * 6 + 4;

}  // namespace

TEST_CASE("a value that is not the trace's is named with layer, channel, position and cycle") {
  Computed c;
  c.machine.prediction.policy = "none";
  c.values.image = 5;
  c.values.ofmap[wrong_output] += 0.5f;
  const std::string message = message_of(ErrorKind::trace, [&] { c.run(); });
  CAPTURE(message);
  CHECK(contains(message,
                 "layer 'deep/conv': image 5: channel 2, position (3, 4), drained in cycle "));
  CHECK(contains(message, "expected "));
  CHECK(contains(message, ", got "));
  c.values.check = false;
  Findings findings;
  c.run(findings);
  CHECK(findings.worst_deviation == 0.5);
}

TEST_CASE("a value may be off by the tolerance, and not by more") {
  Computed c;
  c.machine.prediction.policy = "none";
  c.values.ofmap[wrong_output] += 0.5f;
  c.values.operands.tolerance = 0.5;
  CHECK(c.run().macs_total == c.layer.macs());
  c.values.operands.tolerance = 0.49;
  CHECK_THROWS_AS(c.run(), Error);
}

TEST_CASE("one wrong weight, activation or bias is found") {
  for (int what = 0; what < 3; ++what) {
    CAPTURE(what);
    Computed c;
    c.machine.prediction.policy = "none";
    Operands& operands = c.values.operands;
    operands.bias.assign(4, 0.0);
    CHECK_NOTHROW(c.run());
    if (what == 0) operands.weight[20] += 0.125f;
    if (what == 1) operands.ifmap[14] += 0.25f;
    if (what == 2) operands.bias[3] = 0.125;
    CHECK_THROWS_AS(c.run(), Error);
  }
}

TEST_CASE("predictions are made from computed values, not from the trace's") {
  Computed c;
  Findings findings;
  const Counters from_computed = c.run(findings);
  REQUIRE(from_computed.predicted_zero > 0);
  // A trace that claims that nothing is zero changes no prediction, only its judgement.
  Computed claims;
  claims.values.check = false;
  for (float& value : claims.values.ofmap) value = 1;
  const Counters claimed = claims.run();
  CHECK(claimed.predicted_zero == from_computed.predicted_zero);
  CHECK(claimed.cycles == from_computed.cycles);
  CHECK(claimed.false_zero == claimed.predicted_zero);
  // Without weights the trace's values drain.
  claims.values.operands.weight.clear();
  CHECK(claims.run().predicted_zero == 0);
}

TEST_CASE("what is stored is the ofmap, with zeros for what was never computed") {
  Computed c;
  Findings findings;
  const Counters counters = c.run(findings);
  Count gated = 0;
  for (std::size_t i = 0; i < c.values.ofmap.size(); ++i) {
    if (findings.stored[i] == c.values.ofmap[i]) continue;
    CHECK(findings.stored[i] == 0.0f);
    ++gated;
  }
  CHECK(gated > 0);
  CHECK(gated <= counters.predicted_zero);
}

TEST_CASE("the order in which the clocked modules are made changes nothing") {
  std::vector<int> order(find_engine("clocked").blocks);
  std::iota(order.begin(), order.end(), 0);
  std::mt19937 shuffle(5);
  for (int seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    RandomCase random(7000 + seed);
    const Layer layer = random.layer();
    const MachineSpec machine = random.machine_with_ties();
    const LayerValues values{random.ofmap(layer), {}};
    const LayerSetup setup = set_up_layer(machine, layer, false);
    Findings usual, other;
    const Counters expected = simulate(fresh_engine("clocked"), machine, setup, values, usual);
    if (seed == 0) std::reverse(order.begin(), order.end());
    EngineOptions options;
    options.construction_order = order;
    CHECK(difference(simulate(fresh_engine("clocked", options), machine, setup, values, other),
                     expected) == "");
    sort_events(usual.events);
    sort_events(other.events);
    CHECK(first_difference({expected, expected, usual.events, other.events, {}}) == "");
    std::shuffle(order.begin(), order.end(), shuffle);
  }
}

TEST_CASE("a check of values needs the clocked engine and a trace with something to check") {
  const Trace trace(PEEKSIM_SOURCE_DIR "/traces/cifar_resnet20.h5");
  MachineSpec machine;
  machine.name = "m";
  RunOptions options;
  options.check_values = true;
  fresh_kernel();
  const std::string event =
      message_of(ErrorKind::usage, [&] { run_trace(machine, trace, {}, options); });
  CHECK(contains(event, "--engine clocked"));
  options.engine = "clocked";
  fresh_kernel();
  const std::string bare =
      message_of(ErrorKind::trace, [&] { run_trace(machine, trace, {}, options); });
  CHECK(contains(bare, "its weights are not in the trace"));
  CHECK(contains(bare, "--quantize int8"));
}
