// A layer's events as lanes of named intervals, one lane per part of the machine.
//
// In every cycle of a layer exactly one of the array lanes or the stall lane has an interval: so
// their lengths add up to the counters array_busy, predict_stall, drain_stall, memory_stall, tail.
#pragma once

#include <string>
#include <vector>

#include "sim/run/run.h"

namespace peeksim {

struct Interval {
  std::string name;          // "tile 3": kinds of work have names that differ in more than numbers
  Cycle start = 0, end = 0;  // counted as in the log; from start up to, not including, end
  int group = 0;             // of a grouped convolution
  int step = 0;              // in the group's program
  Count amount = 0;          // in the unit of the lane
};

// Intervals of a lane are in the order of time and do not overlap.
struct TimelineLane {
  std::string name;
  std::string
      unit;  // of the amounts: "bytes", "macs", "rows", "comparisons"; "" when there are none
  std::vector<Interval> intervals;
};

inline constexpr std::size_t layer_lane = 0;  // of timeline_of(): its intervals are groups
inline constexpr std::size_t step_lane = 1;  // from when a step's inputs are there to its last tile

// The same lanes for every layer, in the order in which data flow: the layer, its steps, DRAM, the
// halves of the buffers as they are loaded, the array by pass, its stalls, drain, prediction and
// store. Intervals of 0 cycles are there when something of no duration happened (a prediction
// without latency); stalls of 0 cycles are not.
//
// REQUIRES: `run` is of this machine, its events are all (EventDetail::all) and sorted.
std::vector<TimelineLane> timeline_of(const MachineSpec& machine, const RunEvents& run);

// The lanes of a layer in which nothing happened: their names and units.
std::vector<TimelineLane> empty_timeline();

}  // namespace peeksim
