// The order in which the blocks are built is the order in which the kernel runs their processes. It
// must not change a single counter.
#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

#include "sim/run/run.h"
#include "sim/trace/synth.h"
#include "tests/support/layer_values.h"
#include "tests/support/random_case.h"
#include "tests/support/simulate.h"
#include "tests/support/small_machine.h"
#include "tests/support/vector_case.h"
#include "tests/trace/sample.h"

using namespace peeksim;

namespace {

// Different orders; the first is the default, the second its reverse.
std::vector<std::vector<int>> orders(int count) {
  std::vector<int> order(find_engine("event").blocks);
  std::iota(order.begin(), order.end(), 0);
  std::set<std::vector<int>> seen = {order};
  std::vector<std::vector<int>> all = {order};
  std::reverse(order.begin(), order.end());
  std::mt19937 random(1);
  while (static_cast<int>(all.size()) < count) {
    if (seen.insert(order).second) all.push_back(order);
    for (std::size_t i = order.size() - 1; i > 0; --i)
      std::swap(order[i], order[random() % (i + 1)]);
  }
  return all;
}

EngineOptions made_in(const std::vector<int>& order) {
  EngineOptions options;
  options.construction_order = order;
  return options;
}

Counters simulate(const MachineSpec& machine, const Layer& layer, const LayerValues& values,
                  const std::vector<int>& order) {
  return simulate(fresh_engine("event", made_in(order)), machine, layer, values);
}

// Resident and streamed weights, a residual, a grouped convolution, a classifier.
Workload workload() {
  Workload workload;
  workload.name = "small";
  workload.layers = {conv_layer("conv1", 3, 10, 9, 6, 3, 1), conv_layer("conv2", 6, 10, 9, 9, 3, 1),
                     conv_layer("conv3", 8, 10, 9, 8, 3, 1), conv_layer("fc", 40, 1, 1, 10, 1, 0)};
  workload.layers[1].residual = true;
  workload.layers[2].groups = 4;
  workload.layers[3].kind = LayerKind::fc;
  workload.layers[3].activation = Activation::none;
  return workload;
}

}  // namespace

TEST_CASE("vectors give the same counters in every order of construction") {
  const std::vector<std::vector<int>> permutations = orders(20);
  const std::vector<VectorCase> cases = all_vector_cases();
  int compared = 0;
  for (std::size_t i = 3; i < cases.size(); i += 17) {
    const VectorCase& c = cases[i];
    if (c.expects_error) continue;
    CAPTURE(c.path);
    const LayerValues values = c.values();
    for (const std::vector<int>& order : permutations)
      CHECK(c.stated(simulate(c.machine, c.layer, values, order)) == c.expected);
    ++compared;
  }
  CHECK(compared >= 8);
}

TEST_CASE("random layers and machines give the same counters in every order of construction") {
  const std::vector<std::vector<int>> permutations = orders(150);
  for (std::size_t i = 0; i < permutations.size(); ++i) {
    RandomCase random(90001 + i);
    const Layer layer = random.layer();
    const MachineSpec machine = random.machine_with_ties();
    const LayerValues values{random.ofmap(layer), {}};
    CAPTURE(i);
    CHECK(simulate(machine, layer, values, permutations[i]) ==
          simulate(machine, layer, values, permutations[0]));
  }
}

TEST_CASE("a trace gives the same results in every order of construction") {
  TempFolder folder;
  SynthSettings settings;
  settings.images = 2;
  synthesize(workload(), settings, folder.path("t.h5"));
  const Trace trace(folder.path("t.h5"));
  const MachineSpec machine = small_machine();
  std::vector<RunResult> results;
  for (const std::vector<int>& order : orders(24)) {
    fresh_kernel();
    RunOptions options;
    options.blocks = made_in(order);
    results.push_back(run_trace(machine, trace, {}, options));
  }
  const RunResult& usual = results[0];
  REQUIRE(usual.layers.size() == 4);
  CHECK_FALSE(usual.layers[0].streamed);
  CHECK(usual.layers[1].streamed);
  CHECK(usual.layers[1].counters.machine.residual_bytes > 0);
  CHECK(usual.layers[1].counters.machine.predict_stall > 0);
  CHECK(usual.layers[2].counters.machine.predicted_zero > 0);
  for (const RunResult& result : results) {
    REQUIRE(result.layers.size() == usual.layers.size());
    for (std::size_t i = 0; i < usual.layers.size(); ++i) {
      CHECK(result.layers[i].counters.machine == usual.layers[i].counters.machine);
      CHECK(result.layers[i].counters.dense == usual.layers[i].counters.dense);
    }
    REQUIRE(result.images.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(result.images[i].counters.machine == usual.images[i].counters.machine);
      CHECK(result.images[i].counters.dense == usual.images[i].counters.dense);
    }
  }
}
