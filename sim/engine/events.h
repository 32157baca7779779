// Simulation events: loads, tiles, waits, predictions and stores with their cycles. An engine
// reports them to an observer as soon as they are known. Both engines report the same events for
// the same job, so a disagreement can be located.
#pragma once

#include <algorithm>
#include <tuple>
#include <vector>

#include "sim/base/units.h"
#include "sim/schedule/load_order.h"

namespace peeksim {

enum class EventKind {
  load,
  tile,
  prediction,
  store,
  // With EventDetail::all only:
  chunk,  // the array computes on a chunk of a tile
  step,   // from when a step's inputs are there to the end of its last tile
  stall,  // the array waits
  drain   // a finished tile leaves the array
};

// How much detail an observer wants.
enum class EventDetail {
  none,
  log,  // loads, tiles, predictions, stores
  all   // chunks, steps, stalls and drains too
};

// What the array waits for; `tail`: for nothing, the last stores are in flight.
enum class Stall { predict, drain, memory, tail };

struct Event {
  EventKind kind = EventKind::load;
  int image = 0;                  // of the job
  int group = 0;                  // of a grouped convolution
  int step = 0;                   // of the plan; a load's is the first step that uses it
  Tensor tensor = Tensor::ifmap;  // of a load
  Pass pass = Pass::dense;        // of a tile or chunk
  // From 0. A load: its ordinal among the loads of its buffer. A tile, its chunks and drain: its
  // ordinal in the step.
  int index = 0;
  int chunk = 0;              // of the tile
  Stall stall = Stall::tail;  // of a stall
  Tile tile;                  // of a tile
  Cycle request = 0;          // a load or store: when its DMA engine asked for it
  // From the start of the layer and image. A load or store: from its first cycle on the DRAM
  // channel to its completion. A tile: from its first cycle to its end, waits between and after its
  // chunks included. A prediction: from the end of the drain of the step's last peek to
  // predict_ready.
  Cycle start = 0, end = 0;
  // Bytes of a load or store, MACs of a tile or chunk (those that are skipped included),
  // comparisons of a prediction, rows of a drain.
  Count amount = 0;
};

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

inline Event tile_event(int step, int index, const Tile& tile, Count macs) {
  Event event;
  event.kind = EventKind::tile;
  event.step = step;
  event.pass = tile.pass;
  event.index = index;
  event.tile = tile;
  event.amount = macs;
  return event;
}

inline Event chunk_event(int step, int index, const Tile& tile, int chunk, Count macs) {
  Event event = tile_event(step, index, tile, macs);
  event.kind = EventKind::chunk;
  event.tile = Tile();
  event.chunk = chunk;
  return event;
}

inline Event drain_event(int step, int index, Count rows) {
  Event event;
  event.kind = EventKind::drain;
  event.step = step;
  event.index = index;
  event.amount = rows;
  return event;
}

inline Event prediction_event(int step, Count comparisons) {
  Event event;
  event.kind = EventKind::prediction;
  event.step = step;
  event.amount = comparisons;
  return event;
}

inline Event stall_event(int step, Stall stall) {
  Event event;
  event.kind = EventKind::stall;
  event.step = step;
  event.stall = stall;
  return event;
}

inline Event step_event(int step) {
  Event event;
  event.kind = EventKind::step;
  event.step = step;
  return event;
}

using EventLog = std::vector<Event>;

// Adds `cycles` to every time of the events.
inline void shift_events(EventLog& log, Cycle cycles) {
  for (Event& event : log) {
    event.request += cycles;
    event.start += cycles;
    event.end += cycles;
  }
}

// The order of a finished log, independent of the order in which the engine reported. No two events
// of a layer and image are equal in it.
inline bool comes_before(const Event& a, const Event& b) {
  return std::tie(a.image, a.group, a.start, a.kind, a.tensor, a.index, a.step) <
         std::tie(b.image, b.group, b.start, b.kind, b.tensor, b.index, b.step);
}

inline void sort_events(EventLog& log) {
  std::sort(log.begin(), log.end(), comes_before);
}

}  // namespace peeksim
