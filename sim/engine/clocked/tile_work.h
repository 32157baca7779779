// One tile as the array executes it: an enable bit and a position for each PE.
#pragma once

#include <vector>

#include "sim/engine/observer.h"

namespace peeksim::clocked {

struct TileWork {
  int step = 0;
  int index = 0;  // its ordinal in its step, from 0
  Pass pass = Pass::dense;
  bool last_peek = false;    // the last tile of the step's peek pass
  bool before_fill = false;  // the next one may take in neighbors that are decided with this one
  int rows = 0, columns = 0;
  int peek_rows = 0;          // the first rows hold peeks; in a filled tile others hold neighbors
  bool multicast = false;     // neighbors' activations go to any PE and not along a row
  bool jobs = false;          // columns are not tied to channels
  std::vector<int> channel;   // [columns]: of the group
  std::vector<int> position;  // [rows][columns]: of the plane, or -1: the PE is disabled
  bool own_taps = false;      // every PE takes taps of its own
  // [rows]: the positions that take the value of the row's as well; empty: there are none.
  std::vector<std::vector<int>> copies;

  // What follows from the positions.
  std::vector<float> enable;      // [rows][columns]: 1 or 0, what a product is multiplied with
  std::vector<int> live_in_row;   // enabled PEs
  std::vector<int> row_position;  // of its enabled PEs, or -1; counts when shared_rows
  std::vector<int> drain_rows;    // the rows with an enabled PE, in order
  Count copied = 0;               // positions in `copies`
  bool shared_rows = true;        // the enabled PEs of each row have one position
  std::vector<int> distinct;      // the different positions
  std::vector<int> pes_at;        // [distinct]: enabled PEs with that position
  int multicast_positions = 0;    // of those, the ones whose activations go to any PE
  int live_columns = 0;           // columns with an enabled PE
  int live_channels = 0;          // different channels of those
  int live_pes = 0;

  Count latched_operands() const { return pass == Pass::neighbor && multicast ? live_pes : 0; }

  // A tile with every PE disabled, a column for each channel.
  void clear(int row_count, int column_count);
  // Fills what follows from the positions.
  void settle();

 private:
  // [positions]: 1 + the index in `distinct`, or 0; all 0 between two calls.
  std::vector<int> index_;
};

}  // namespace peeksim::clocked
