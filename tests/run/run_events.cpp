// The events that the sink of a run receives.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/run/run.h"
#include "sim/trace/synth.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/small_machine.h"
#include "tests/trace/sample.h"

using namespace peeksim;

namespace {

struct Part {
  std::string layer;
  int image;
  EventLog events;
};

// Two predicted layers, the second with streamed weights, and one that runs dense.
std::string make_trace(const TempFolder& folder) {
  Workload workload;
  workload.name = "small";
  workload.layers = {conv_layer("conv1", 3, 10, 9, 6, 3, 1), conv_layer("conv2", 6, 10, 9, 9, 3, 1),
                     conv_layer("linear", 9, 10, 9, 6, 1, 0)};
  workload.layers[2].activation = Activation::none;
  SynthSettings settings;
  settings.images = 2;
  synthesize(workload, settings, folder.path("t.h5"));
  return folder.path("t.h5");
}

RunResult run(const std::string& path, std::vector<Part>* parts,
              const MachineSpec& machine = small_machine()) {
  fresh_kernel();
  RunOptions options;
  if (parts != nullptr)
    options.events = {EventDetail::log, [parts](const RunEvents& e) {
                        parts->push_back({e.layer.name, e.image, e.events});
                      }};
  return run_trace(machine, Trace(path), {}, options);
}

Cycle first_start(const EventLog& log) {
  return std::min_element(log.begin(), log.end(),
                          [](const Event& a, const Event& b) { return a.start < b.start; })
      ->start;
}

Cycle last_end(const EventLog& log) {
  return std::max_element(log.begin(), log.end(),
                          [](const Event& a, const Event& b) { return a.end < b.end; })
      ->end;
}

}  // namespace

TEST_CASE("every layer of every image is reported once, in the order of the run, and sorted") {
  const TempFolder folder;
  std::vector<Part> parts;
  run(make_trace(folder), &parts);
  std::vector<std::string> order;
  for (const Part& part : parts) {
    order.push_back(part.layer + " " + std::to_string(part.image));
    CHECK(std::is_sorted(part.events.begin(), part.events.end(), comes_before));
  }
  CHECK(order == std::vector<std::string>{"conv1 0", "conv1 1", "conv2 0", "conv2 1", "linear 0",
                                          "linear 1"});
}

TEST_CASE("an image's layers follow one another, and its last store ends its network") {
  const TempFolder folder;
  std::vector<Part> parts;
  const RunResult result = run(make_trace(folder), &parts);
  for (int image = 0; image < 2; ++image) {
    CAPTURE(image);
    Cycle end = 0;
    for (const Part& part : parts) {
      if (part.image != image) continue;
      CAPTURE(part.layer);
      CHECK(first_start(part.events) == end);
      end = last_end(part.events);
    }
    CHECK(end == result.images[static_cast<std::size_t>(image)].counters.machine.cycles);
  }
  CHECK(result.images[0].counters.machine.cycles != result.images[1].counters.machine.cycles);
}

TEST_CASE("the described machine is logged and not the dense one beside it") {
  const TempFolder folder;
  std::vector<Part> parts;
  const RunResult result = run(make_trace(folder), &parts);
  REQUIRE(result.layers.size() == 3);
  for (const LayerResult& layer : result.layers) {
    CAPTURE(layer.layer.name);
    Count macs = 0, dense_tiles = 0, comparisons = 0;
    for (const Part& part : parts) {
      if (part.layer != layer.layer.name) continue;
      for (const Event& event : part.events) {
        if (event.kind == EventKind::prediction) comparisons += event.amount;
        if (event.kind != EventKind::tile) continue;
        macs += event.amount;
        dense_tiles += event.pass == Pass::dense;
      }
    }
    const Counters& n = layer.counters.machine;
    CHECK(macs == n.macs_total - n.macs_predicted);
    CHECK(dense_tiles == n.tiles_dense);
    CHECK(comparisons == n.comparisons);
    CHECK((n.comparisons > 0) == (layer.policy == "peek"));
  }
}

TEST_CASE("a layer that is not predicted is reported for every image, shifted") {
  const TempFolder folder;
  std::vector<Part> parts;
  run(make_trace(folder), &parts);
  REQUIRE(parts.size() == 6);
  EventLog first = parts[4].events;
  EventLog second = parts[5].events;
  REQUIRE(first.size() == second.size());
  REQUIRE_FALSE(first.empty());
  shift_events(first, -first_start(first));
  shift_events(second, -first_start(second));
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK(first[i].start == second[i].start);
    CHECK(first[i].end == second[i].end);
    CHECK(first[i].request == second[i].request);
    CHECK(first[i].amount == second[i].amount);
  }
}

TEST_CASE("a log changes no counter") {
  const TempFolder folder;
  const std::string path = make_trace(folder);
  std::vector<Part> parts;
  const RunResult logged = run(path, &parts);
  const RunResult plain = run(path, nullptr);
  CHECK(logged.totals().machine == plain.totals().machine);
  CHECK(logged.totals().dense == plain.totals().dense);
}

TEST_CASE("an unknown engine is refused before anything is simulated") {
  const TempFolder folder;
  const std::string path = make_trace(folder);
  RunOptions options;
  options.engine = "clocker";
  const std::string message =
      message_of(ErrorKind::usage, [&] { run_trace(small_machine(), Trace(path), {}, options); });
  CHECK(contains(message, "unknown engine 'clocker'"));
}
