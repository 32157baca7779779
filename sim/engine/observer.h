// Observers: they receive the events, cycles and ofmaps of a job while an engine simulates it. An
// observer cannot change results; what it does not want costs nothing. An exception of an observer
// ends the job.
#pragma once

#include <vector>

#include "sim/engine/cycle_view.h"
#include "sim/engine/events.h"

namespace peeksim {

class Observer {
 public:
  virtual ~Observer() = default;

  // Which events of an image of the job are wanted; asked once for each.
  virtual EventDetail detail(int /*image*/) const { return EventDetail::none; }
  // In no particular order.
  virtual void on_event(const Event& /*event*/) {}

  // Whether a cycle is wanted, counted from the start of the layer and image; asked in each
  // cycle by engines that have cycles.
  virtual bool wants_cycle(int /*image*/, Cycle /*cycle*/) const { return false; }
  virtual void on_cycle(const CycleView& /*view*/) {}

  // Whether the ofmap as the machine stored it is wanted; for engines that compute values.
  virtual bool wants_values(int /*image*/) const { return false; }
  // ofmap: [K,P,Q], gated outputs 0. worst_deviation: of the computed outputs from the trace's.
  virtual void on_values(int /*image*/, const std::vector<float>& /*ofmap*/,
                         double /*worst_deviation*/) {}
};

// Keeps the events of every image.
class EventCollector : public Observer {
 public:
  explicit EventCollector(EventDetail detail) : detail_(detail) {}

  EventDetail detail(int) const override { return detail_; }
  void on_event(const Event& event) override { events.push_back(event); }

  EventLog events;

 private:
  EventDetail detail_;
};

// Passes the events of one convolution group of one image on to an observer: the hardware blocks
// record cycles of their own program, which become cycles of the layer.
class Recorder {
 public:
  Recorder() = default;
  // group_start: cycle of the layer at which the group starts; origin: the blocks' cycle then.
  Recorder(Observer& observer, int image, int group, Cycle group_start, Cycle origin)
      : observer_(&observer),
        detail_(observer.detail(image)),
        image_(image),
        group_(group),
        shift_(group_start - origin) {}

  bool wants(EventKind kind) const {
    return detail_ == EventDetail::all || (detail_ == EventDetail::log && kind <= EventKind::store);
  }

  // start, end and event.request are cycles of the blocks.
  void record(Event event, Cycle start, Cycle end) const {
    if (!wants(event.kind)) return;
    event.image = image_;
    event.group = group_;
    event.request += shift_;
    event.start = start + shift_;
    event.end = end + shift_;
    observer_->on_event(event);
  }

 private:
  Observer* observer_ = nullptr;
  EventDetail detail_ = EventDetail::none;
  int image_ = 0, group_ = 0;
  Cycle shift_ = 0;
};

}  // namespace peeksim
