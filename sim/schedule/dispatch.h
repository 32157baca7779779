// The table of dispatch policies: how the outputs of a step become tiles (docs/machine.md
// section 4). Adding a policy is one file in dispatch/ and one row in dispatch.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/span.h"
#include "sim/base/units.h"
#include "sim/config/parameter.h"
#include "sim/schedule/tile.h"

namespace peeksim {

// The outputs of a step by window, in window order. All neighbors of a window are live in the same
// columns, so a step is a list of windows and not of positions.
struct StepWindows {
  const ParameterValues* parameters = nullptr;  // the machine's, the policy's own among them
  int rows = 0;                                 // PEs of a column
  int array_columns = 0;                        // PEs of a row; a group may be narrower
  int columns = 0;                              // channels of the group
  Pass first_pass = Pass::peek;                 // that of the peeks: computed, or estimated
  int first_speed = 1;                          // taps in the time of one, in that pass
  std::vector<int> peeks;           // existing peeks of each window; empty: there are none
  std::vector<int> neighbors;       // of each window
  std::vector<std::uint64_t> live;  // [windows][words]: bit k is 1 when column k is not gated

  int words() const { return (columns + 63) / 64; }
  const std::uint64_t* live_of(std::size_t window) const { return &live[window * words()]; }
};

// The neighbors among the different positions of each tile of a step, counted from 0 in the order
// of their pass. Needed where costs depend on which positions a tile has, not only on how many.
class TilePositions {
 public:
  // Forgets all; the next tile is number `first`.
  void begin(std::size_t first) {
    first_ = first;
    for (std::vector<int>& of_tile : neighbors_) of_tile.clear();
  }
  void add(std::size_t tile, int neighbor) { add(tile, &neighbor, 1); }
  void add(std::size_t tile, const int* neighbors, int count) {
    if (tile - first_ >= neighbors_.size()) neighbors_.resize(tile - first_ + 1);
    std::vector<int>& of_tile = neighbors_[tile - first_];
    of_tile.insert(of_tile.end(), neighbors, neighbors + count);
  }
  const std::vector<int>& of(std::size_t tile) const {
    static const std::vector<int> none;
    return tile - first_ < neighbors_.size() ? neighbors_[tile - first_] : none;
  }

 private:
  std::size_t first_ = 0;
  std::vector<std::vector<int>> neighbors_;  // of each tile
};

// What a policy reports about a step besides its tiles.
struct StepSums {
  Count skipped = 0;  // tiles without a live PE
  Count queue_peak =
      0;  // the maximum number of jobs that were closed and not yet part of a full tile
};

// A tile PE by PE, as the array executes it.
constexpr int idle_pe = -1;
struct PlacedTile {
  std::vector<int> neighbor;  // [rows][columns]: of the step, counted from 0, or idle_pe
  std::vector<int> channel;   // [columns]: of the group, that the column computes
  bool multicast = false;     // an activation may go to any PE, not only along its row
  bool jobs = false;          // columns are not tied to channels

  // All PEs idle, a column for each channel of the group.
  PlacedTile(int rows, int columns);
};

struct Dispatch {
  const char* name;
  const char* meaning;

  // Appends the tiles of a step, those of the peek pass first; decisions are numbered from 0. The
  // event-driven engine needs no more than these sums, and, where `positions` is not null, which
  // neighbors each tile has.
  StepSums (*cut)(const StepWindows& step, std::vector<Tile>& tiles, TilePositions* positions);

  // The neighbor tiles PE by PE, for the clocked engine. Written apart from the sums, so that one
  // checks the other.
  StepSums (*place)(const StepWindows& step, std::vector<PlacedTile>& tiles);

  // The neighbors that fill up the last peek tile, PE by PE; all PEs are idle when there are none.
  // Null: the policy fills up no tile. Uses only bits of windows that are decided before that tile
  // starts.
  PlacedTile (*fill)(const StepWindows& step) = nullptr;

  // Keys of machine files that are this policy's own, "array.something".
  Span<Parameter> parameters = {};

  // Activations that buffers.ifmap_read_width: auto delivers for each row and lane.
  int reads_per_row = 1;
};

const std::vector<Dispatch>& dispatch_policies();

// The policy of that name. Throws Error(config) with a suggestion.
const Dispatch& find_dispatch(const std::string& name);

// Appends the tiles of a pass in which every PE of the group is live.
void cut_full_tiles(Pass pass, Count positions, int rows, int columns, std::vector<Tile>& tiles);

// The peek pass that most policies have: full tiles, the last of which decides. Returns that
// decision, or no_decision for a step without a peek.
int cut_peek_pass(const StepWindows& step, std::vector<Tile>& tiles);

}  // namespace peeksim
