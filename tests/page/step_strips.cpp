// Of every layer one step is kept for the report of a run, and of it no more than a page can show.
#include "sim/page/step_strips.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "sim/trace/synth.h"
#include "tests/support/fresh_kernel.h"
#include "tests/trace/sample.h"

using namespace peeksim;

namespace {

MachineSpec small_machine(int rows) {
  MachineSpec machine;
  machine.name = "small";
  machine.array.rows = machine.array.cols = rows;
  machine.buffers = {600, 600, 200, 0, 0};
  machine.dram = {10, 7};
  machine.prediction.latency = 5;
  return machine;
}

// Of two predicted layers, the second depthwise, and two images.
std::vector<StepStrip> strips_of(const MachineSpec& machine) {
  const TempFolder folder;
  Workload workload;
  workload.name = "small";
  workload.layers = {conv_layer("conv", 3, 30, 27, 6, 3, 1),
                     conv_layer("deep", 6, 30, 27, 6, 3, 1)};
  workload.layers[1].groups = 6;
  SynthSettings settings;
  settings.images = 2;
  synthesize(workload, settings, folder.path("t.h5"));
  std::vector<StepStrip> strips;
  fresh_kernel();
  RunOptions options;
  options.events = strips_into(strips, machine);
  run_trace(machine, Trace(folder.path("t.h5")), {}, options);
  return strips;
}

std::size_t intervals_in(const StepStrip& strip) {
  std::size_t count = 0;
  for (const TimelineLane& lane : strip.lanes) count += lane.intervals.size();
  return count;
}

// Cycles of the strip's own step in lanes whose name begins so.
Cycle own_cycles(const StepStrip& strip, const std::string& start_of_name) {
  Cycle sum = 0;
  for (const TimelineLane& lane : strip.lanes)
    if (lane.name.rfind(start_of_name, 0) == 0)
      for (const Interval& one : lane.intervals)
        if (one.group == strip.group && one.step == strip.step) sum += one.end - one.start;
  return sum;
}

}  // namespace

TEST_CASE("there is a strip for the middle step of every layer of the first image") {
  const std::vector<StepStrip> strips = strips_of(small_machine(4));
  REQUIRE(strips.size() == 2);
  CHECK(strips[0].layer == "conv");
  CHECK(strips[0].groups == 1);
  CHECK(strips[0].steps > 2);
  CHECK(strips[0].step == strips[0].steps / 2);
  CHECK(strips[1].groups == 6);
  CHECK(strips[1].group == 3);
  CHECK(strips[1].start > strips[0].end);
}

TEST_CASE("a strip begins when the step before has ended, and shows every cycle of the array") {
  for (const StepStrip& strip : strips_of(small_machine(4))) {
    CAPTURE(strip.layer);
    REQUIRE(strip.whole);
    const TimelineLane& steps = strip.lanes.front();
    CHECK(steps.name == "step");
    const auto own = std::find_if(steps.intervals.begin(), steps.intervals.end(),
                                  [&](const Interval& one) { return one.step == strip.step; });
    REQUIRE(own != steps.intervals.end());
    CHECK(own_cycles(strip, "array") == own->end - strip.start);
    CHECK(own_cycles(strip, "store") > 0);
    for (const TimelineLane& lane : strip.lanes) {
      CHECK(lane.name != "layer");
      CHECK(!lane.intervals.empty());
      for (const Interval& one : lane.intervals) {
        CHECK(one.start < strip.end);
        CHECK(one.end >= strip.start);
      }
    }
  }
}

TEST_CASE("a step of more intervals than a page can show is cut, and says so") {
  MachineSpec machine = small_machine(1);
  machine.buffers = {100000, 100000, 100000, 0, 0};
  for (const StepStrip& strip : strips_of(machine)) {
    CAPTURE(strip.layer);
    CHECK(!strip.whole);
    CHECK(strip.end > strip.start);
    CHECK(intervals_in(strip) <= max_strip_intervals);
    CHECK(intervals_in(strip) > max_strip_intervals / 2);
  }
}
