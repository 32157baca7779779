// Runs of several machines in one process: a trace that fits into memory is read once, and the
// results equal those of separate runs byte for byte, also with caches filled by earlier runs.
#include "sim/sweep/machines/machine_runs.h"

#include <algorithm>

#include "sim/workers/worker_pool.h"
#include "tests/sweep/results.h"
#include "tests/sweep/sample.h"

using namespace peeksim;

namespace {

// Settings that share masks or dense machines with each other, and some that share neither.
const std::vector<std::vector<std::string>> settings = {
    {},
    {"array.dispatch=packed"},
    {"prediction.threshold=0.25"},
    {"array.rows=2"},
    {"array.rows=2", "array.dispatch=row_skip", "prediction.threshold=0.25"},
    {"prediction.policy=none"},
    {"prediction.policy=oracle"},
    {"prediction.window=[4, 2]"},
    {"prediction.peeks=corner"},
    {"prediction.exclude=[first]"},
    {"prediction.latency=50"},
    {"array.gate_zero_activations=false"},
    {"array.skip_zero_activations=true"},
    {"array.skip_zero_activations=true", "array.dispatch=balanced_fill"},
    {"precision.activation_bytes=2"},
    {"clock_mhz=100"},
    {"dram.bytes_per_cycle=1"},
    {"schedule.loop_order=group_major"},
    {"prediction.layers=[{match: conv2, window: [1, 2], threshold: 1}]"},
};

using Traces = std::vector<const CachedTrace*>;

// Every setting on each of these traces, in this order.
void check_against_single_runs(const SweepFolder& folder, const Traces& traces) {
  fresh_kernel();
  MachineRuns runs(find_engine("event"));
  std::vector<std::string> together, alone;
  for (const CachedTrace* trace : traces)
    for (const auto& overrides : settings)
      together.push_back(text_of(runs.run(machine(folder, overrides), *trace)));
  for (const CachedTrace* trace : traces)
    for (const auto& overrides : settings) {
      fresh_kernel();
      RunOptions options;
      options.images = trace->images();
      alone.push_back(text_of(run_trace(machine(folder, overrides), trace->trace(), {}, options)));
    }
  const bool same = together == alone;  // too long to print
  CHECK(same);
}

// None shares a mask with another.
std::vector<MachineSpec> machines(const SweepFolder& folder) {
  return {machine(folder, {}), machine(folder, {"prediction.threshold=0.25"}),
          machine(folder, {"prediction.policy=oracle", "array.dispatch=balanced",
                           "array.skip_zero_activations=true"})};
}

struct Compared {
  std::vector<std::string> results;
  Count reads = 0;
};

Compared compare(const SweepFolder& folder, std::size_t max_bytes) {
  const CachedTrace trace(folder.files.path("small.h5"), 0, max_bytes);
  fresh_kernel();
  MachineRuns runs(find_engine("event"));
  Compared compared;
  for (const MachineSpec& one : machines(folder))
    compared.results.push_back(text_of(runs.run(one, trace)));
  compared.reads = trace.trace().reads();
  return compared;
}

// Runs the machines on a trace in a worker.
class MachineWork : public JobRunner {
 public:
  MachineWork(const SweepFolder& folder, const CachedTrace& trace)
      : machines_(machines(folder)), trace_(trace) {}

  std::string run(const std::string& job) override {
    return text_of(runs_.run(machines_[std::stoul(job)], trace_));
  }
  bool exhausted() const override { return runs_.exhausted(); }

 private:
  const std::vector<MachineSpec> machines_;
  const CachedTrace& trace_;
  MachineRuns runs_{find_engine("event")};
};

}  // namespace

TEST_CASE("machines run one after another give the results of separate runs") {
  const SweepFolder folder;
  folder.write_trace("more.h5", 2);
  const CachedTrace small(folder.files.path("small.h5"), 0, 1 << 20),
      more(folder.files.path("more.h5"), 0, 1 << 20),
      first_image(folder.files.path("small.h5"), 1, 1 << 20),
      without_live_taps(folder.files.path("small.h5"), 0, 1 << 20, CachedTaps::zero),
      in_file(folder.files.path("more.h5"), 0, 100);
  CHECK(small.has_values());
  CHECK_FALSE(in_file.has_values());
  check_against_single_runs(folder, {&small, &more, &first_image, &small});
  check_against_single_runs(folder, {&without_live_taps});
  check_against_single_runs(folder, {&in_file});
}

TEST_CASE("a trace that fits is read once for all machines, a larger one for each of them") {
  const SweepFolder folder;
  const Compared cached = compare(folder, CachedTrace::default_bytes),
                 uncached = compare(folder, 100);
  const Count images = 2, layers = 3, predicted = 2;
  CHECK(cached.reads == images * (layers + layers));  // ofmaps and ifmaps
  CHECK(uncached.reads ==
        3 * images * (predicted + layers));  // the ofmap that is not predicted is not read
  CHECK(cached.results == uncached.results);
}

TEST_CASE("workers give the same results from a trace in their parent's memory and from its file") {
  const SweepFolder folder;
  const std::vector<std::string> expected = compare(folder, CachedTrace::default_bytes).results;
  for (const std::size_t max_bytes : {CachedTrace::default_bytes, std::size_t{100}}) {
    const CachedTrace trace(folder.files.path("small.h5"), 0, max_bytes);
    MachineWork work(folder, trace);
    fresh_kernel();  // the workers inherit it
    WorkerPool pool(2, work);
    std::vector<std::string> results(2 * expected.size());
    std::size_t next = 0, ended = 0;
    while (ended < results.size()) {
      for (; next < results.size() && pool.idle(); ++next)
        pool.start(*pool.idle(), next, std::to_string(next % expected.size()));
      for (const JobOutcome& outcome : pool.wait(std::chrono::seconds(10))) {
        CHECK_FALSE(outcome.failed);
        results[outcome.id] = outcome.text;
        ++ended;
      }
    }
    for (std::size_t i = 0; i < results.size(); ++i)
      CHECK(results[i] == expected[i % expected.size()]);
  }
}

TEST_CASE("a machine that cannot run fails, and the next one runs in the same process") {
  const SweepFolder folder;
  const CachedTrace trace(folder.files.path("small.h5"), 0, 1 << 20);
  fresh_kernel();
  MachineRuns runs(find_engine("event"));
  const std::string before = text_of(runs.run(machine(folder, {}), trace));
  CHECK_THROWS_AS(runs.run(machine(folder, {"buffers.weight_bytes=2"}), trace), Error);
  CHECK_FALSE(runs.exhausted());
  CHECK(text_of(runs.run(machine(folder, {}), trace)) == before);
}

TEST_CASE("a trace cache evicts the least recently used trace") {
  const SweepFolder folder;
  folder.write_trace("more.h5", 2);
  const std::size_t one = CachedTrace(folder.files.path("small.h5"), 0, 1 << 20).bytes();
  TraceCache cache(3 * one);
  const auto first = cache.get(folder.files.path("small.h5"), 0);
  CHECK(first->has_values());
  CHECK(first->has(CachedTaps::zero_and_live));
  CHECK(cache.get(folder.files.path("small.h5"), 0) == first);
  CHECK(cache.get(folder.files.path("small.h5"), 2) == first);  // it has two images
  CHECK(cache.reads() == 1);
  CHECK(cache.get(folder.files.path("more.h5"), 0)->has_values());
  CHECK(cache.get(folder.files.path("small.h5"), 1) != first);
  CHECK(cache.reads() == 3);
}
