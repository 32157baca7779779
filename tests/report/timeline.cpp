// The timeline of a layer: a wait worked out by hand, and what holds for every layer: lanes do not
// overlap, and their lengths are the layer's counters.
#include "sim/report/events/timeline.h"

#include <doctest/doctest.h>

#include <map>

#include "sim/base/error.h"
#include "sim/run/machine_vocabulary.h"
#include "tests/support/both_engines.h"
#include "tests/support/random_case.h"

using namespace peeksim;

namespace {

using Sums = std::map<std::string, Cycle>;

// The length of every lane, and of every kind of stall.
Sums lengths_of(const std::vector<TimelineLane>& lanes) {
  Sums sums;
  for (const TimelineLane& lane : lanes)
    for (const Interval& interval : lane.intervals) {
      sums[lane.name] += interval.end - interval.start;
      if (lane.name == "array stalls") sums[interval.name] += interval.end - interval.start;
    }
  return sums;
}

Count amount_of(const std::vector<TimelineLane>& lanes, const std::string& start_of_name) {
  Count sum = 0;
  for (const TimelineLane& lane : lanes)
    if (lane.name.rfind(start_of_name, 0) == 0)
      for (const Interval& interval : lane.intervals) sum += interval.amount;
  return sum;
}

// "" or two intervals of a lane that overlap.
std::string overlap_in(const std::vector<TimelineLane>& lanes) {
  for (const TimelineLane& lane : lanes)
    for (std::size_t i = 1; i < lane.intervals.size(); ++i)
      if (lane.intervals[i].start < lane.intervals[i - 1].end)
        return lane.name + ": " + lane.intervals[i - 1].name + ", " + lane.intervals[i].name;
  return "";
}

Sums lengths_expected(const Counters& n) {
  return {{"layer", n.cycles},
          {"predict_stall", n.predict_stall},
          {"drain_stall", n.drain_stall},
          {"memory_stall", n.memory_stall},
          {"tail", n.tail}};
}

void check_conserved(const std::vector<TimelineLane>& lanes, const Counters& n) {
  Sums sums = lengths_of(lanes);
  for (const auto& length : lengths_expected(n)) {
    CAPTURE(length.first);
    CHECK(sums[length.first] == length.second);
  }
  CHECK(sums["array, dense pass"] + sums["array, peek pass"] + sums["array, neighbor pass"] ==
        n.array_busy);
  CHECK(overlap_in(lanes) == "");
  CHECK(amount_of(lanes, "array, ") == n.macs_total - n.macs_predicted);
  CHECK(amount_of(lanes, "load ") == n.dram_read_bytes);
  CHECK(amount_of(lanes, "store, ") == n.dram_write_bytes);
  CHECK(amount_of(lanes, "DRAM") == n.dram_read_bytes + n.dram_write_bytes);
  CHECK(amount_of(lanes, "prediction, ") == n.comparisons);
}

std::string text_of(const TimelineLane& lane) {
  std::string text;
  for (const Interval& i : lane.intervals)
    text += (text.empty() ? "" : "; ") + i.name + " " + std::to_string(i.start) + "-" +
            std::to_string(i.end);
  return text;
}

}  // namespace

TEST_CASE("a step of two peek and two neighbor tiles is drawn as the machine's page says") {
  // The 4x4 array computes a tile of one tap in a cycle and drains it in four; predictions take
  // one.
  const MachineSpec machine =
      load_machine(PEEKSIM_SOURCE_DIR "/configs/tiny.yaml", {}, vocabulary());
  Layer layer;
  layer.name = "conv";
  layer.H = 4, layer.W = 4, layer.K = 4;
  const LayerSetup setup = set_up_layer(machine, layer, false);
  const BothEngines both = run_both(machine, layer, {std::vector<float>(64, 1), {}});
  const auto lanes = timeline_of(machine, {layer, setup.plan, 0, both.event_log});
  const std::map<std::string, std::string> expected = {
      {"layer", "conv 0-60"},
      {"step", "step 0 15-30"},
      {"DRAM", "load ifmap 0 0-4; load weight 0 4-5; store 0 34-50"},
      {"load ifmap, half 0", "ifmap 0 0-14"},
      {"load weight, half 0", "weight 0 0-15"},
      {"array, peek pass", "tile 0 15-16; tile 1 16-17"},
      {"array, neighbor pass", "tile 2 25-26; tile 3 26-27"},
      {"array stalls",
       "memory_stall 0-15; drain_stall 17-20; predict_stall 20-25; drain_stall 27-30; tail 30-60"},
      {"drain", "tile 0 16-20; tile 1 20-24; tile 2 26-30; tile 3 30-34"},
      {"prediction, even steps", "prediction 24-25"},
      {"store, half 0", "store 0 34-60"}};
  for (const TimelineLane& lane : lanes) {
    CAPTURE(lane.name);
    const auto found = expected.find(lane.name);
    CHECK(text_of(lane) == (found == expected.end() ? "" : found->second));
  }
  check_conserved(lanes, both.event);
}

TEST_CASE("random layers: lanes do not overlap, their lengths are the counters, in both engines") {
  int ran = 0, streamed = 0, tileless = 0, grouped = 0;
  Counters seen;
  for (int seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    RandomCase random(seed);
    const Layer layer = random.layer();
    const MachineSpec machine = random.machine();
    LayerSetup setup;
    BothEngines both;
    try {
      setup = set_up_layer(machine, layer, false);
      both = run_both(machine, layer, {random.ofmap(layer), {}});
    } catch (const Error& error) {
      REQUIRE(error.kind() == ErrorKind::machine);  // a buffer is too small
      continue;
    }
    const auto event = timeline_of(machine, {layer, setup.plan, 0, both.event_log});
    const auto clocked = timeline_of(machine, {layer, setup.plan, 0, both.clocked_log});
    check_conserved(event, both.event);
    for (std::size_t i = 0; i < event.size(); ++i)
      REQUIRE(text_of(event[i]) == text_of(clocked[i]));
    ++ran;
    streamed += setup.plan.chunks > 1;
    grouped += layer.groups > 1;
    tileless += both.event.tiles_neighbor == 0 && both.event.predicted_zero > 0;
    seen += both.event;
  }
  CHECK(ran >= 200);
  CHECK(streamed > 10);
  CHECK(grouped > 10);
  CHECK(tileless > 0);
  CHECK(seen.predict_stall > 0);
  CHECK(seen.drain_stall > 0);
}

TEST_CASE("every layer of a shipped trace adds up on every shipped machine that predicts") {
  const Trace trace(PEEKSIM_SOURCE_DIR "/traces/resnet18.h5");
  for (const char* name : {"peek-16x16", "peek-16x16-packed", "peek-64x4"}) {
    CAPTURE(name);
    const MachineSpec machine = load_machine(
        PEEKSIM_SOURCE_DIR "/configs/" + std::string(name) + ".yaml", {}, vocabulary());
    std::vector<std::vector<TimelineLane>> layers;
    RunOptions options;
    options.images = 1;
    options.events = {EventDetail::all,
                      [&](const RunEvents& run) { layers.push_back(timeline_of(machine, run)); }};
    fresh_kernel();
    const RunResult result = run_trace(machine, trace, {}, options);
    REQUIRE(layers.size() == result.layers.size());
    Cycle end = 0;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      CAPTURE(result.layers[i].layer.name);
      check_conserved(layers[i], result.layers[i].counters.machine);
      CHECK(layers[i][layer_lane].intervals.front().start == end);
      end = layers[i][layer_lane].intervals.back().end;
    }
    CHECK(end == result.totals().machine.cycles);
  }
}
