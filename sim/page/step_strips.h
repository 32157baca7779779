// The middle step of every layer of the first image, as lanes of intervals: what the report of a
// run shows cycle by cycle. The middle one, because the first step of a layer waits for everything
// and the last for nothing; of a grouped convolution, that of the middle group.
#pragma once

#include <string>
#include <vector>

#include "sim/report/events/timeline.h"
#include "sim/run/run.h"

namespace peeksim {

struct StepStrip {
  std::string layer;
  int group = 0, groups = 1;  // which of how many
  int step = 0, steps = 1;
  // Cycles of the image: from when the array was done with the step before to the completion of
  // this step's last store, or up to which there was room.
  Cycle start = 0, end = 0;
  bool whole = true;                // there was room for all of it
  std::vector<TimelineLane> lanes;  // only with intervals, and only those that overlap the strip
};

// At most this many intervals are in a strip, so that a page stays small whatever the step.
constexpr std::size_t most_strip_intervals = 600;

// REQUIRES: as timeline_of().
StepStrip middle_step(const MachineSpec& machine, const RunEvents& run);

// What run_trace() tells of its events: the strips of the first image are appended to `strips`,
// which must outlive the sink.
EventSink strips_into(std::vector<StepStrip>& strips, const MachineSpec& machine);

}  // namespace peeksim
