// The table of dispatch policies: how the live neighbors of a step become tiles
// (docs/machine.md section 4). Adding a policy is one file in dispatch_policies/ and one row in
// dispatch.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/span.h"
#include "sim/base/units.h"
#include "sim/config/parameter.h"

namespace peeksim {

// One array-full, as the timing and the counters need it.
struct Tile {
  int distinct = 0;   // different positions among the live PEs
  int live_cols = 0;  // columns with a live PE
  int drained = 0;    // rows that leave the array, one a cycle
  int live_pes = 0;   // outputs
};

// The neighbors of a step in window order. All neighbors of a window are live in the same columns,
// so the pass is a list of windows and not of positions.
struct NeighborPass {
  int rows = 0;                     // PEs of a column
  int columns = 0;                  // channels of the group
  std::vector<int> positions;       // neighbors of each window
  std::vector<std::uint64_t> live;  // [windows][words]: bit k is 1 when column k is not gated

  int words() const { return (columns + 63) / 64; }
  const std::uint64_t* live_of(std::size_t window) const { return &live[window * words()]; }
};

// One array-full PE by PE, as the array executes it: the neighbor of the pass, counted from 0, that
// each PE computes, or idle_pe. [rows][columns]
using PlacedTile = std::vector<int>;
constexpr int idle_pe = -1;

struct Dispatch {
  const char* name;
  const char* meaning;

  // Appends the tiles of the pass; returns how many array-fulls had no live PE and were skipped.
  // The event-driven engine needs no more than these sums.
  Count (*tiles)(const NeighborPass& pass, std::vector<Tile>& tiles);

  // The same tiles PE by PE, for the clocked engine. Written apart from the sums, so that one
  // checks the other.
  Count (*place)(const NeighborPass& pass, std::vector<PlacedTile>& tiles);

  // Keys of machine files that are this policy's own, "array.something".
  Span<Parameter> parameters = {};
};

const std::vector<Dispatch>& dispatch_policies();

// The policy of that name. Throws Error(config) with a suggestion.
const Dispatch& find_dispatch(const std::string& name);

}  // namespace peeksim
