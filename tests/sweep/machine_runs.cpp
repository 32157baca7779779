// Machines that are compared read their trace once if it fits into memory, and give what each of
// them gives alone.
#include "sim/sweep/farm/machine_runs.h"

#include "tests/sweep/results.h"
#include "tests/sweep/sample.h"

using namespace peeksim;

namespace {

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

Compared compare(const SweepFolder& folder, std::size_t most_bytes) {
  const HeldTrace trace(folder.files.path("small.h5"), 0, most_bytes);
  fresh_kernel();
  MachineRuns runs(trace, find_engine("event"));
  Compared compared;
  for (const MachineSpec& one : machines(folder))
    compared.results.push_back(text_of(runs.run(one)));
  compared.reads = trace.trace().reads();
  return compared;
}

}  // namespace

TEST_CASE("a trace that fits is read once for all machines, a larger one for each of them") {
  const SweepFolder folder;
  const Compared held = compare(folder, TraceShelf::usual_bytes), anew = compare(folder, 100);
  const Count images = 2, layers = 3, predicted = 2;
  CHECK(held.reads == images * (layers + layers));         // ofmaps and ifmaps
  CHECK(anew.reads == 3 * images * (predicted + layers));  // nobody asks for the other ofmap
  CHECK(held.results == anew.results);
}

TEST_CASE("a machine that is compared gives what it gives alone") {
  const SweepFolder folder;
  const Compared held = compare(folder, TraceShelf::usual_bytes);
  const Trace trace(folder.files.path("small.h5"));
  std::vector<std::string> alone;
  for (const MachineSpec& one : machines(folder)) {
    fresh_kernel();
    alone.push_back(text_of(run_trace(one, trace)));
  }
  CHECK(held.results == alone);
}
