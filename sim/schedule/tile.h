// A tile: the outputs that the PE array computes at a time, and when it may start. Its cost is
// defined by a row of the table of dataflows (dataflow.h).
#pragma once

#include "sim/base/units.h"

namespace peeksim {

enum class Pass { dense, peek, neighbor, lookahead };

constexpr int no_decision = -1;

struct Tile {
  int distinct = 0;   // different positions among the live PEs
  int live_cols = 0;  // columns with a live PE; of jobs: their different channels
  int drained = 0;    // rows that leave the array, one a cycle
  int live_pes = 0;   // outputs
  int peeks = 0;      // of the outputs, those compared with the threshold
  int multicast = 0;  // of the different positions, those whose activations may go to any PE
  int jobs = 0;       // columns at work, where columns are not tied to channels
  int copies = 0;     // rows that are written again, for outputs that are interpolated
  int own_taps = 0;   // 1 where every PE takes taps of its own
  int speed = 1;      // taps in the time of one
  Pass pass = Pass::dense;
  // Decisions are numbered in the order in which they are taken: by a dispatch policy within a
  // step, in a program throughout. A tile with a decision of its own starts when that is known;
  // one without starts with its step.
  int after = no_decision;
  // The decision that follows from this tile's outputs and those before it, once it has drained.
  int decides = no_decision;
};

}  // namespace peeksim
