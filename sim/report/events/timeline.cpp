#include "sim/report/events/timeline.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/base/bug.h"
#include "sim/engine/event/array_timing.h"
#include "sim/engine/event/tile_time.h"
#include "sim/report/events/event_names.h"

namespace peeksim {

namespace {

// Lanes of things that may overlap in time come in two: the halves of a double buffer, or steps
// with an even and an odd number, which use them.
enum Lane {
  dram_lane = step_lane + 1,
  load_lanes,  // two for each tensor
  array_lanes = load_lanes + 6,
  stall_lane = array_lanes + 3,  // one for each pass
  drain_lane,
  prediction_lanes,
  store_lanes = prediction_lanes + 2
};

std::string numbered(const std::string& name, int number) {
  return name + " " + std::to_string(number);
}

// What the log says about a convolution group, findable.
struct GroupLog {
  std::array<std::vector<Cycle>, 3> loaded;       // by tensor and index: when the load was complete
  std::vector<std::vector<const Event*>> tiles;   // by step
  std::vector<const Event*> predictions, stores;  // by step; null: none
  Cycle start = 0, end = 0;

  GroupLog(std::size_t steps, const Event* begin, const Event* past)
      : tiles(steps), predictions(steps), stores(steps), start(begin->start) {
    for (const Event* event = begin; event != past; ++event) {
      end = std::max(end, event->end);
      if (event->kind == EventKind::load) {
        std::vector<Cycle>& ends = loaded.at(static_cast<std::size_t>(event->tensor));
        ends.resize(std::max<std::size_t>(ends.size(), event->index + 1));
        ends[event->index] = event->end;
        start = std::min(start, event->request);  // the first load is requested at once
      }
      if (event->kind == EventKind::tile) tiles[event->step].push_back(event);
      if (event->kind == EventKind::prediction) predictions[event->step] = event;
      if (event->kind == EventKind::store) stores[event->step] = event;
    }
  }

  Cycle loaded_at(Tensor tensor, int index) const {
    return loaded.at(static_cast<std::size_t>(tensor)).at(index);
  }
};

// One group, step after step, as the sequencer walked it.
class Walk {
 public:
  Walk(const MachineSpec& machine, const RunEvents& run, const GroupLog& log, int group,
       std::vector<TimelineLane>& lanes)
      : machine_(machine),
        run_(run),
        log_(log),
        group_(group),
        lanes_(lanes),
        idle_since_(log.start) {}

  void all_steps() {
    for (step_ = 0; step_ < static_cast<int>(run_.plan.steps.size()); ++step_) {
      const Cycle start = std::max(idle_since_, inputs_ready());
      stall("memory_stall", start);
      for (const Event* tile : log_.tiles[step_]) walk_tile(*tile);
      add(step_lane, numbered("step", step_), start, idle_since_, 0);
    }
    --step_;
    stall("tail", log_.end);
  }

 private:
  void add(int lane, std::string name, Cycle start, Cycle end, Count amount) {
    lanes_[lane].intervals.push_back({std::move(name), start, end, group_, step_, amount});
  }

  // The array does nothing from the end of its last work to `end`.
  void stall(const char* why, Cycle end) {
    if (end > idle_since_) add(stall_lane, why, idle_since_, end, 0);
    idle_since_ = std::max(idle_since_, end);
  }

  // When the step's loads are in their halves and its ofmap half is free.
  Cycle inputs_ready() const {
    const Step& step = run_.plan.steps[step_];
    Cycle ready = log_.loaded_at(Tensor::ifmap, step.ifmap_load);
    if (!run_.plan.streamed)
      ready = std::max(ready, log_.loaded_at(Tensor::weight, step.weight_load));
    if (run_.plan.residual) ready = std::max(ready, log_.loaded_at(Tensor::residual, step_));
    if (step_ >= 2) ready = std::max(ready, log_.stores[step_ - 2]->end);
    return ready;
  }

  void walk_tile(const Event& tile) {
    const Plan& plan = run_.plan;
    const std::string name = numbered("tile", tile.index);
    for (int chunk = 0; chunk < plan.chunks; ++chunk, ++chunks_) {
      Cycle start = tile.start;
      if (chunk > 0) start = std::max(idle_since_, log_.loaded_at(Tensor::weight, chunks_));
      if (chunk == 0 && is_first_neighbor(tile))
        stall("predict_stall", std::min(start, log_.predictions[step_]->end));
      stall("memory_stall", start);
      const Count taps = plan.taps_of_chunk(chunk);
      const Cycle duration =
          tile_time(tile.tile, taps, machine_.array.lanes, machine_.buffers.ifmap_read_width,
                    machine_.buffers.weight_read_width);
      const bool last = chunk + 1 == plan.chunks;
      const ChunkTimes times = array_.run(start, duration, last, tile.tile.drained);
      add(array_lanes + static_cast<int>(tile.pass),
          plan.chunks == 1 ? name : name + ", chunk " + std::to_string(chunk), start,
          start + duration, tile.tile.live_pes * taps);
      idle_since_ = start + duration;
      stall("drain_stall", times.end);
      if (last) add(drain_lane, name, times.end, times.drain_end, tile.tile.drained);
    }
    if (idle_since_ != tile.end)
      throw bug(run_.layer.name, numbered("step", step_) + ", " + name + " ends at " +
                                     std::to_string(tile.end) + " in the event log, and at " +
                                     std::to_string(idle_since_) + " by the machine's rules");
  }

  // The tile that waited for the step's prediction.
  bool is_first_neighbor(const Event& tile) {
    if (tile.pass != Pass::neighbor || log_.predictions[step_] == nullptr) return false;
    return std::exchange(predicted_step_, step_) != step_;
  }

  const MachineSpec& machine_;
  const RunEvents& run_;
  const GroupLog& log_;
  const int group_;
  std::vector<TimelineLane>& lanes_;
  ArrayTiming array_;
  int step_ = 0;
  int chunks_ = 0;           // before this one
  int predicted_step_ = -1;  // the last step whose neighbors have begun
  Cycle idle_since_;         // the end of the last work or stall of the array
};

// What the log states as it is.
void add_event(std::vector<TimelineLane>& lanes, const Event& event, const DramSpec& dram) {
  const auto add = [&](int lane, const std::string& name, Cycle start, Cycle end) {
    lanes[lane].intervals.push_back({name, start, end, event.group, event.step, event.amount});
  };
  const auto add_transfer = [&](const std::string& name) {
    add(dram_lane, name, event.start, event.start + ceil_div(event.amount, dram.bytes_per_cycle));
  };
  if (event.kind == EventKind::load) {
    const std::string name = numbered(name_of(event.tensor), event.index);
    add_transfer("load " + name);
    add(load_lanes + 2 * static_cast<int>(event.tensor) + event.index % 2, name, event.request,
        event.end);
  }
  if (event.kind == EventKind::prediction)
    add(prediction_lanes + event.step % 2, "prediction", event.start, event.end);
  if (event.kind == EventKind::store) {
    add_transfer(numbered("store", event.step));
    add(store_lanes + event.step % 2, numbered("store", event.step), event.request, event.end);
  }
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
  for (const Event& event : run.events) add_event(lanes, event, machine.dram);
  const Event* const end = run.events.data() + run.events.size();
  for (const Event* begin = run.events.data(); begin != end;) {
    const int group = begin->group;
    const Event* const past =
        std::find_if(begin, end, [&](const Event& event) { return event.group != group; });
    const GroupLog log(run.plan.steps.size(), begin, past);
    Walk(machine, run, log, group, lanes).all_steps();
    const std::string name = run.layer.name;
    lanes[layer_lane].intervals.push_back(
        {run.layer.groups == 1 ? name : name + ", " + numbered("group", group), log.start, log.end,
         group, 0, 0});
    begin = past;
  }
  return lanes;
}

}  // namespace peeksim
