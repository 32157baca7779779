#include "sim/report/events/timeline.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/base/bug.h"
#include "sim/report/events/event_names.h"

namespace peeksim {

namespace {

// Activities that may overlap in time have two lanes: one per half of a double buffer, or one for
// even and one for odd steps, which use the halves.
enum Lane {
  dram_lane = step_lane + 1,
  load_lanes,                    // two for each tensor
  array_lanes = load_lanes + 6,  // one for each pass
  stall_lane = array_lanes + static_cast<int>(pass_names.size()),
  drain_lane,
  prediction_lanes,
  store_lanes = prediction_lanes + 2
};

std::string numbered(const std::string& name, int number) {
  return name + " " + std::to_string(number);
}

const char* name_of(Stall stall) {
  constexpr std::array<const char*, 4> names = {"predict_stall", "drain_stall", "memory_stall",
                                                "tail"};
  return names.at(static_cast<std::size_t>(stall));
}

std::string chunk_name(const Event& event, const Plan& plan) {
  const std::string tile = numbered("tile", event.index);
  return plan.chunks == 1 ? tile : tile + ", chunk " + std::to_string(event.chunk);
}

void add_event(std::vector<TimelineLane>& lanes, const Event& event, const Plan& plan,
               const DramSpec& dram) {
  const auto add = [&](int lane, const std::string& name, Cycle start, Cycle end) {
    lanes[lane].intervals.push_back({name, start, end, event.group, event.step, event.amount});
  };
  const auto add_transfer = [&](const std::string& name) {
    add(dram_lane, name, event.start, event.start + dram.transfer_cycles(event.amount));
  };
  switch (event.kind) {
    case EventKind::load: {
      const std::string name = numbered(name_of(event.tensor), event.index);
      add_transfer("load " + name);
      add(load_lanes + 2 * static_cast<int>(event.tensor) + event.index % 2, name, event.request,
          event.end);
      break;
    }
    case EventKind::tile:  // shown as its chunks
      break;
    case EventKind::prediction:
      add(prediction_lanes + event.step % 2, "prediction", event.start, event.end);
      break;
    case EventKind::store:
      add_transfer(numbered("store", event.step));
      add(store_lanes + event.step % 2, numbered("store", event.step), event.request, event.end);
      break;
    case EventKind::chunk:
      add(array_lanes + static_cast<int>(event.pass), chunk_name(event, plan), event.start,
          event.end);
      break;
    case EventKind::step:
      add(step_lane, numbered("step", event.step), event.start, event.end);
      break;
    case EventKind::stall:
      add(stall_lane, name_of(event.stall), event.start, event.end);
      break;
    case EventKind::drain:
      add(drain_lane, numbered("tile", event.index), event.start, event.end);
      break;
  }
}

// From the request of a group's first load, which comes at once, to its last event.
Interval extent_of(const Event* begin, const Event* group_end) {
  Interval extent{"", begin->start, begin->end, begin->group, 0, 0};
  for (const Event* event = begin; event != group_end; ++event) {
    extent.start = std::min(extent.start, event->start);
    if (event->kind == EventKind::load) extent.start = std::min(extent.start, event->request);
    extent.end = std::max(extent.end, event->end);
  }
  return extent;
}

}  // namespace

std::vector<TimelineLane> empty_timeline() {
  std::vector<TimelineLane> lanes = {{"layer", "", {}}, {"step", "", {}}, {"DRAM", "bytes", {}}};
  for (const char* tensor : tensor_names)
    for (const char* half : {"0", "1"})
      lanes.push_back({std::string("load ") + tensor + ", half " + half, "bytes", {}});
  for (const char* pass : pass_names)
    lanes.push_back({std::string("array, ") + pass + " pass", "macs", {}});
  lanes.push_back({"array stalls", "", {}});
  lanes.push_back({"drain", "rows", {}});
  for (const char* steps : {"even", "odd"})
    lanes.push_back({std::string("prediction, ") + steps + " steps", "comparisons", {}});
  for (const char* half : {"0", "1"})
    lanes.push_back({std::string("store, half ") + half, "bytes", {}});
  return lanes;
}

std::vector<TimelineLane> timeline_of(const MachineSpec& machine, const RunEvents& run) {
  std::vector<TimelineLane> lanes = empty_timeline();
  for (const Event& event : run.events) add_event(lanes, event, run.plan, machine.dram);
  const Event* const end = run.events.data() + run.events.size();
  for (const Event* begin = run.events.data(); begin != end;) {
    const int group = begin->group;
    const Event* const group_end =
        std::find_if(begin, end, [&](const Event& event) { return event.group != group; });
    Interval extent = extent_of(begin, group_end);
    extent.name = run.layer.name;
    if (run.layer.groups > 1) extent.name += ", " + numbered("group", group);
    lanes[layer_lane].intervals.push_back(extent);
    begin = group_end;
  }
  return lanes;
}

}  // namespace peeksim
