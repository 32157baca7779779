// The state of the machine at the end of a cycle, as a logic analyzer would show it: plain numbers,
// the same for every engine that simulates cycle by cycle.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/base/units.h"
#include "sim/schedule/tile.h"

namespace peeksim {

// What the array did in a cycle.
enum class Activity { busy, predict_stall, drain_stall, memory_stall, tail };

struct CycleView {
  static constexpr int none = -1;

  int image = 0, group = 0;  // of the job; of the layer
  Cycle cycle = 0;           // from the start of the layer and image

  // The sequencer.
  Activity activity = Activity::tail;
  int step = none;          // none after the last one
  int tile = none;          // its ordinal in the step, from 0; none: the array computes no tile
  Pass pass = Pass::dense;  // of the tile
  Count first_tap = none;   // executed in this cycle; none: no tap is
  int taps = 0;

  // The array: rows and columns of PEs that the group uses.
  int columns = 0;
  std::vector<char> enabled;         // [rows][columns]; empty: no PE is
  std::vector<double> accumulators;  // [rows][columns]; empty: none holds a sum
  int draining_row = none;
  std::vector<float> drained;  // [columns] of the row that drains; empty: none does

  // The prediction unit: a bit for every window of the step whose peeks drain, and column.
  int ready_step = none;  // the last step that is predicted
  int windows = 0, window_columns = 0;
  std::vector<std::uint64_t> window_bits;  // [windows][words of 64 columns]

  bool loads = false, stores = false;  // on the DRAM channel
};

}  // namespace peeksim
