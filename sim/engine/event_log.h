// What happened when: the loads, tiles, predictions and stores of a program as an engine simulated
// them. Both engines keep the same log of the same run, so that a disagreement has a place.
// Cycles count from the start of the program, or of what a caller shifts them to.
#pragma once

#include <algorithm>
#include <tuple>
#include <vector>

#include "sim/base/units.h"
#include "sim/schedule/load_order.h"

namespace peeksim {

enum class EventKind { load, tile, prediction, store };
enum class Pass { dense, peek, neighbor };

struct Event {
  EventKind kind = EventKind::load;
  int group = 0;                  // of a grouped convolution
  int step = 0;                   // of the plan; a load's is the first step that uses it
  Tensor tensor = Tensor::ifmap;  // of a load
  Pass pass = Pass::dense;        // of a tile
  int index = 0;  // a load: the how-manieth into its buffer; a tile: the how-manieth of its step
  Tile tile;      // of a tile: what its time and its drain follow from
  Cycle request = 0;  // a load or store: when its DMA engine asked for it
  // A load or store: from its first cycle on the DRAM channel to its completion. A tile: from its
  // first cycle to its end, waits between and after its chunks included. A prediction: from the end
  // of the drain of the step's last peek to predict_ready.
  Cycle start = 0, end = 0;
  Count amount = 0;  // bytes of a load or store, MACs of a tile, comparisons of a prediction
};

using EventLog = std::vector<Event>;

inline Event load_event(int step, Tensor tensor, int index, Cycle request, Bytes bytes) {
  Event event;
  event.kind = EventKind::load;
  event.step = step;
  event.tensor = tensor;
  event.index = index;
  event.request = request;
  event.amount = bytes;
  return event;
}

inline Event store_event(int step, Cycle request, Bytes bytes) {
  Event event;
  event.kind = EventKind::store;
  event.step = step;
  event.request = request;
  event.amount = bytes;
  return event;
}

// `taps`: of an output.
inline Event tile_event(int step, Pass pass, int index, const Tile& tile, Count taps) {
  Event event;
  event.kind = EventKind::tile;
  event.step = step;
  event.pass = pass;
  event.index = index;
  event.tile = tile;
  event.amount = tile.live_pes * taps;
  return event;
}

inline Event prediction_event(int step, Count comparisons) {
  Event event;
  event.kind = EventKind::prediction;
  event.step = step;
  event.amount = comparisons;
  return event;
}

// Notes when an event happened; nothing without a log.
inline void record(EventLog* log, Event event, Cycle start, Cycle end) {
  if (log == nullptr) return;
  event.start = start;
  event.end = end;
  log->push_back(event);
}

// Lets the cycles of the events from the how-manieth on count from `cycles` earlier.
inline void shift_events(EventLog& log, std::size_t first, Cycle cycles) {
  for (std::size_t i = first; i < log.size(); ++i) {
    log[i].request += cycles;
    log[i].start += cycles;
    log[i].end += cycles;
  }
}

// The events from the how-manieth on, of a group that starts at `group_start`, as a part of the
// layer.
inline void place_events(EventLog& log, std::size_t first, int group, Cycle group_start) {
  shift_events(log, first, group_start);
  for (std::size_t i = first; i < log.size(); ++i) log[i].group = group;
}

// The one order of a finished log, whatever the order in which an engine came to know its events.
// No two events of a layer are equal in it.
inline bool comes_before(const Event& a, const Event& b) {
  return std::tie(a.group, a.start, a.kind, a.tensor, a.index, a.step) <
         std::tie(b.group, b.start, b.kind, b.tensor, b.index, b.step);
}

inline void sort_events(EventLog& log) {
  std::sort(log.begin(), log.end(), comes_before);
}

}  // namespace peeksim
