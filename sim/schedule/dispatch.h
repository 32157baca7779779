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
  std::vector<int> peeks;           // existing peeks of each window; empty: there are none
  std::vector<int> neighbors;       // of each window
  std::vector<std::uint64_t> live;  // [windows][words]: bit k is 1 when column k is not gated

  int words() const { return (columns + 63) / 64; }
  const std::uint64_t* live_of(std::size_t window) const { return &live[window * words()]; }
};

// One array-full PE by PE, as the array executes it: the neighbor of the step, counted from 0, that
// each PE computes, or idle_pe. [rows][columns]
using PlacedTile = std::vector<int>;
constexpr int idle_pe = -1;

struct Dispatch {
  const char* name;
  const char* meaning;

  // Appends the tiles of a step, those of the peek pass first; decisions are numbered from 0.
  // Returns how many array-fulls had no live PE and were skipped. The event-driven engine needs no
  // more than these sums.
  Count (*cut)(const StepWindows& step, std::vector<Tile>& tiles);

  // The neighbor tiles PE by PE, for the clocked engine. Written apart from the sums, so that one
  // checks the other.
  Count (*place)(const StepWindows& step, std::vector<PlacedTile>& tiles);

  // Keys of machine files that are this policy's own, "array.something".
  Span<Parameter> parameters = {};
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
