// The part of a run that its report shows cycle by cycle: the middle step of every layer of the
// first image, as lanes of intervals. The middle one, because the first step of a layer waits for
// everything and the last for nothing; of a grouped convolution, that of the middle group.
#pragma once

#include <string>
#include <vector>

#include "sim/report/events/timeline.h"
#include "sim/run/run.h"

namespace peeksim {

struct StepStrip {
  std::string layer;
  int group = 0, groups = 1;  // ordinal, and the number of groups
  int step = 0, steps = 1;
  // Cycles of the image: from the end of the previous step on the array to the completion of this
  // step's last store, or to where the strip was cut.
  Cycle start = 0, end = 0;
  bool whole = true;                // not cut
  std::vector<TimelineLane> lanes;  // only with intervals, and only those that overlap the strip
};

// The maximum number of intervals in a strip, which keeps pages small.
constexpr std::size_t max_strip_intervals = 600;

// REQUIRES: as timeline_of().
StepStrip middle_step(const MachineSpec& machine, const RunEvents& run);

// A sink for run_trace() that appends the strips of the first image to `strips`, which must outlive
// it.
EventSink strips_into(std::vector<StepStrip>& strips, const MachineSpec& machine);

}  // namespace peeksim
