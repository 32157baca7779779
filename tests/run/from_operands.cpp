// Runs of policies that decide from weights and activations: what a trace must have for them, and
// what thresholds mean there.
#include <doctest/doctest.h>

#include "sim/run/relative_thresholds.h"
#include "sim/run/run.h"
#include "sim/trace/synth.h"
#include "tests/support/both_engines.h"
#include "tests/support/config_error.h"
#include "tests/support/weighted_trace.h"

using namespace peeksim;

namespace {

// The trace as `change` leaves it.
struct Sample {
  TempFolder folder;
  MachineSpec machine;

  explicit Sample(const std::string& policy, const std::string& change = "pass") {
    write_weighted_trace(folder.path("weighted.h5"), change);
    machine.name = "m";
    machine.array.rows = machine.array.cols = 4;
    machine.prediction.policy = policy;
  }
  Trace trace() const { return Trace(folder.path("weighted.h5")); }

  RunResult run(const std::string& engine = "event") const {
    RunOptions options;
    options.engine = engine;
    options.check_values = engine == "clocked";
    fresh_kernel();
    return run_trace(machine, trace(), {}, options);
  }
  std::string refusal() const {
    return message_of(ErrorKind::machine, [&] { run(); });
  }
};

Count sum_of(const RunResult& result, Count Counters::*counter) {
  Count sum = 0;
  for (const auto& layer : result.layers) sum += layer.counters.machine.*counter;
  return sum;
}

}  // namespace

TEST_CASE("both engines run a trace with weights alike, on every policy, and find its values") {
  for (const std::string policy : {"lookahead", "snapea", "perforate"}) {
    CAPTURE(policy);
    const Sample sample(policy);
    const RunResult event = sample.run(), clocked = sample.run("clocked");
    REQUIRE(event.layers.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      CAPTURE(event.layers[i].layer.name);
      CHECK(event.layers[i].policy == (i < 2 ? policy : "none"));
      CHECK(difference(event.layers[i].counters.machine, clocked.layers[i].counters.machine) == "");
      CHECK(difference(event.layers[i].counters.dense, clocked.layers[i].counters.dense) == "");
      CHECK((event.layers[i].counters.machine.macs_predicted > 0) == (i < 2));
    }
  }
}

TEST_CASE("a trace without weights, activations or residuals is refused, with layer and remedy") {
  struct Damage {
    const char *change, *layer, *missing;
  };
  for (const std::string policy : {"lookahead", "snapea"})
    for (const Damage& damage :
         {Damage{"del f['layers/0000/weight']", "conv1", "its weights are not in the trace"},
          Damage{"del f['layers/0001/weight']", "conv2", "its weights are not in the trace"},
          Damage{"del f['layers/0001/ifmap']", "conv2", "its ifmap is not in the trace"},
          Damage{"del f['layers/0001/residual']", "conv2", "its residual is not in the trace"}}) {
      const std::string message = Sample(policy, damage.change).refusal();
      CAPTURE(message);
      CHECK(contains(message, "m: prediction.policy: layer '" + std::string(damage.layer) +
                                  "': policy '" + policy + "'"));
      CHECK(contains(message, "weighted.h5 " + std::string(damage.missing)));
      CHECK(contains(message, "; record it with tools/extract_trace.py --with-weights"));
    }
}

TEST_CASE("a synthesized trace has no weights, and is refused for a layer of one policy alone") {
  const TempFolder folder;
  const std::string workload =
      folder.write("workload.yaml",
                   "name: small\nsource: made for tests\nlayers:\n"
                   "  - {name: one, C: 3, H: 9, W: 9, K: 4, R: 3, S: 3, pad: 1}\n"
                   "  - {name: two, C: 4, H: 9, W: 9, K: 6, R: 3, S: 3, pad: 1}\n");
  synthesize(load_workload(workload), {}, folder.path("synth.h5"));
  MachineSpec machine;
  machine.name = "m";
  LayerPredictionOverride entry;
  entry.match = "two";
  entry.policy = "snapea";
  machine.prediction.layers.push_back(entry);
  fresh_kernel();
  const std::string message =
      message_of(ErrorKind::machine, [&] { run_trace(machine, Trace(folder.path("synth.h5"))); });
  CHECK(contains(message, "layer 'two': policy 'snapea'"));
  machine.prediction.policy = "perforate";
  machine.prediction.layers.clear();
  fresh_kernel();
  const RunResult perforated = run_trace(machine, Trace(folder.path("synth.h5")));
  CHECK(sum_of(perforated, &Counters::interpolated) > 0);
}

TEST_CASE("layers that the policy does not run need no weights") {
  Sample sample("snapea", "del f['layers/0000/weight'], f['layers/0002/weight']");
  CHECK(contains(sample.refusal(), "layer 'conv1'"));
  sample.machine.prediction.exclude = {"first"};
  const RunResult result = sample.run();
  CHECK(result.layers[0].policy == "none");
  CHECK(result.layers[1].counters.machine.cut_short > 0);
}

TEST_CASE("an image with a negative activation runs dense, the others do not") {
  const Sample usual("snapea");
  const Sample spoiled("snapea", "f['layers/0000/ifmap'][1, 0, 0, 0] = -0.125");
  RunOptions first;
  first.images = 1;
  fresh_kernel();
  const Count of_first =
      run_trace(usual.machine, usual.trace(), {}, first).layers[0].counters.machine.cut_short;
  CHECK(of_first > 0);
  CHECK(usual.run().layers[0].counters.machine.cut_short > of_first);
  CHECK(spoiled.run().layers[0].counters.machine.cut_short == of_first);
}

TEST_CASE("thresholds in units of the RMS count for outputs that are estimated or guessed") {
  for (const std::string policy : {"lookahead", "snapea"}) {
    CAPTURE(policy);
    Sample sample(policy);
    sample.machine.parameters.by_key["prediction.speculated_percent"] = 30;
    const Count at_zero = sum_of(sample.run(), &Counters::predicted_zero);
    sample.machine.prediction.threshold = 0.5;
    sample.machine.prediction.threshold_unit = "rms";
    sample.machine = with_absolute_thresholds(sample.machine, sample.trace());
    const RunResult relative = sample.run();
    CHECK(sum_of(relative, &Counters::predicted_zero) > at_zero);

    const std::vector<double> rms = sample.trace().ofmap_rms();
    sample.machine.prediction.layers.clear();
    for (std::size_t i = 0; i < 2; ++i) {
      LayerPredictionOverride entry;
      entry.match = relative.layers[i].layer.name;
      entry.threshold = 0.5 * rms[i];
      sample.machine.prediction.layers.push_back(entry);
    }
    const RunResult absolute = sample.run();
    for (std::size_t i = 0; i < 3; ++i)
      CHECK(difference(relative.layers[i].counters.machine, absolute.layers[i].counters.machine) ==
            "");
  }
}

namespace {

// A run with a negative threshold on a trace that holds only values that have passed the ReLU.
RunResult run_rectified(const std::string& policy) {
  Sample sample(policy,
                "for i in range(3): f[f'layers/{i:04}/ofmap'][...] = "
                "np.maximum(f[f'layers/{i:04}/ofmap'][...], 0)");
  sample.machine.prediction.threshold = -0.25;
  return sample.run();
}

}  // namespace

TEST_CASE("estimates and guesses may have a negative threshold, whatever values a trace holds") {
  for (const char* policy : {"lookahead", "snapea"}) CHECK_NOTHROW(run_rectified(policy));
}

TEST_CASE("perforation compares nothing, and so runs with a negative threshold") {
  CHECK_NOTHROW(run_rectified("perforate"));
}
