// Sweeps over policies that decide from weights and activations: predictions are cached as all are.
#include <doctest/doctest.h>

#include "sim/run/relative_thresholds.h"
#include "sim/sweep/machines/machine_runs.h"
#include "tests/support/weighted_trace.h"
#include "tests/sweep/results.h"
#include "tests/sweep/sample.h"

using namespace peeksim;

namespace {

// Settings of which some share predictions with each other, and some differ in one thing alone.
const std::vector<std::vector<std::string>> settings = {
    {"prediction.policy=snapea"},
    {"prediction.policy=snapea", "prediction.speculated_percent=30"},
    {"prediction.policy=snapea", "prediction.speculated_percent=30", "prediction.threshold=0.5"},
    {"prediction.policy=snapea", "prediction.speculated_percent=30", "prediction.threshold=0.5",
     "prediction.threshold_unit=rms"},
    {"prediction.policy=snapea", "prediction.retire_alone=1", "buffers.weight_bytes=4 KiB"},
    {"prediction.policy=snapea", "array.gate_zero_activations=false"},
    {"prediction.policy=snapea", "array.rows=2"},
    {"prediction.policy=lookahead"},
    {"prediction.policy=lookahead", "prediction.lookahead_bits=2"},
    {"prediction.policy=lookahead", "prediction.lookahead_ratio=1"},
    {"prediction.policy=lookahead", "prediction.threshold=0.5"},
    {"prediction.policy=lookahead", "array.skip_zero_activations=true", "array.dispatch=balanced"},
    {"prediction.policy=perforate"},
    {"prediction.policy=perforate", "prediction.peeks=corner"},
    {"prediction.layers=[{match: conv2, policy: snapea}]"},
};

// Of a trace, as a sweep runs it.
std::vector<MachineSpec> machines(const SweepFolder& folder, const Trace& trace) {
  std::vector<MachineSpec> all;
  for (const auto& overrides : settings)
    all.push_back(with_absolute_thresholds(machine(folder, overrides), trace));
  return all;
}

std::vector<std::string> run_alone(const SweepFolder& folder, const std::string& path) {
  std::vector<std::string> results;
  const Trace trace(path);
  for (const MachineSpec& one : machines(folder, trace)) {
    fresh_kernel();
    results.push_back(text_of(run_trace(one, trace)));
  }
  return results;
}

}  // namespace

TEST_CASE("cached predictions from operands give the results of runs without a cache") {
  const SweepFolder folder;
  // The second image of conv1 is one that snapea runs dense.
  for (const std::string change : {"pass", "f['layers/0000/ifmap'][1, 0, 0, 0] = -0.125"}) {
    CAPTURE(change);
    const std::string path = folder.files.path("weighted.h5");
    write_weighted_trace(path, change);
    const std::vector<std::string> alone = run_alone(folder, path);
    for (const std::size_t max_bytes : {CachedTrace::default_bytes, std::size_t{100}}) {
      const CachedTrace trace(path, 0, max_bytes);
      fresh_kernel();
      MachineRuns runs(find_engine("event"));
      const std::vector<MachineSpec> all = machines(folder, trace.trace());
      for (int round = 0; round < 2; ++round)
        for (std::size_t i = 0; i < all.size(); ++i) {
          CAPTURE(i);
          const bool same = text_of(runs.run(all[i], trace)) == alone[i];
          CHECK(same);
        }
    }
  }
}

TEST_CASE("a cached prediction needs no operands again") {
  const SweepFolder folder;
  const std::string path = folder.files.path("weighted.h5");
  write_weighted_trace(path);
  const CachedTrace trace(path, 0, CachedTrace::default_bytes);
  for (const std::string policy : {"snapea", "lookahead"}) {
    CAPTURE(policy);
    fresh_kernel();
    MachineRuns runs(find_engine("event"));
    const MachineSpec one = machine(folder, {"prediction.policy=" + policy}),
                      other = machine(folder, {"prediction.policy=" + policy, "array.rows=2"});
    runs.run(one, trace);
    const Count before = trace.trace().reads();
    runs.run(other, trace);
    const Count weights = 2 * 2;  // and biases, of the layers that are predicted
    CHECK(trace.trace().reads() - before <= weights);
  }
}

TEST_CASE("a sweep over a trace without weights is refused before it runs") {
  const SweepFolder folder;
  for (const std::string policy : {"snapea", "lookahead"}) {
    const std::string message = message_of(ErrorKind::machine, [&] {
      folder.plan("axes:\n  prediction.policy: [peek, " + policy + "]\n");
    });
    CHECK(contains(message, "layer 'conv1': policy '" + policy + "'"));
    CHECK(contains(message, "its weights are not in the trace"));
  }
}
