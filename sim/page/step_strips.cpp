#include "sim/page/step_strips.h"

#include <algorithm>

namespace peeksim {

namespace {

bool overlaps(const Interval& interval, Cycle start, Cycle end) {
  return interval.start < end && (interval.end > start || interval.start >= start);
}

// From the end of the previous step, or the group's start, to the end of the last interval that
// belongs to the step.
void find_extent(const std::vector<TimelineLane>& lanes, StepStrip& strip) {
  for (const Interval& group : lanes[layer_lane].intervals)
    if (group.group == strip.group) strip.start = group.start;
  for (const TimelineLane& lane : lanes) {
    if (&lane == &lanes[layer_lane]) continue;
    for (const Interval& interval : lane.intervals)
      if (interval.group == strip.group && interval.step == strip.step)
        strip.end = std::max(strip.end, interval.end);
  }
  for (const Interval& step : lanes[step_lane].intervals)
    if (step.group == strip.group && step.step == strip.step - 1) strip.start = step.end;
}

// Ends the strip before it has more than the maximum number of intervals.
void limit_size(const std::vector<TimelineLane>& lanes, StepStrip& strip) {
  std::vector<Cycle> starts;
  for (const TimelineLane& lane : lanes)
    for (const Interval& interval : lane.intervals)
      if (overlaps(interval, strip.start, strip.end)) starts.push_back(interval.start);
  if (starts.size() <= max_strip_intervals) return;
  const auto last = starts.begin() + max_strip_intervals;
  std::nth_element(starts.begin(), last, starts.end());
  strip.end = *last;
  strip.whole = false;
}

}  // namespace

StepStrip middle_step(const MachineSpec& machine, const RunEvents& run) {
  StepStrip strip;
  strip.layer = run.layer.name;
  strip.groups = run.layer.groups;
  strip.group = strip.groups / 2;
  strip.steps = static_cast<int>(run.plan.steps.size());
  strip.step = strip.steps / 2;
  std::vector<TimelineLane> lanes = timeline_of(machine, run);
  find_extent(lanes, strip);
  limit_size(lanes, strip);
  for (TimelineLane& lane : lanes) {
    std::vector<Interval>& all = lane.intervals;
    const auto outside = [&](const Interval& interval) {
      return !overlaps(interval, strip.start, strip.end);
    };
    all.erase(std::remove_if(all.begin(), all.end(), outside), all.end());
    if (!all.empty() && &lane != &lanes[layer_lane]) strip.lanes.push_back(std::move(lane));
  }
  return strip;
}

EventSink strips_into(std::vector<StepStrip>& strips, const MachineSpec& machine) {
  return {EventDetail::all, [&strips, machine](const RunEvents& run) {
            if (run.image == 0) strips.push_back(middle_step(machine, run));
          }};
}

}  // namespace peeksim
