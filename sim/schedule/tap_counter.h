// The cost of a chunk's taps on machines where it depends on the positions of a tile: those that
// skip zero activations, and those whose ifmap buffer has banks (docs/machine.md section 5).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/config/machine.h"
#include "sim/schedule/plan.h"
#include "sim/skip/operands/live_taps.h"
#include "sim/workload/layer.h"

namespace peeksim {

// The taps of a chunk of a tile that take time.
struct ChunkTaps {
  Count taps = 0;
  Cycle lane_cycles = 0;   // that the lanes take for them
  Count fullest_bank = 0;  // elements that the bank with the most delivers for them; 0: no banks
  // Elements from the buffers where every PE takes taps of its own.
  Count ifmap_elements = 0, weight_elements = 0;
};

// All `taps` of a chunk, one after another.
inline ChunkTaps every_tap(Count taps, const ArraySpec& array) {
  return {taps, ceil_div(taps, array.lanes), 0};
}

class TapCounter {
 public:
  // live: of one convolution group of the layer, [positions][words]; null: no tap is skipped.
  // The layer outlives the object.
  TapCounter(const Layer& layer, const MachineSpec& machine, const std::uint64_t* live);

  // Whether a chunk's taps depend on the positions at all.
  bool needed() const { return live_ != nullptr || banks_ > 0; }
  bool skips() const { return live_ != nullptr; }

  // Appends the taps of each chunk of a tile. positions: the different positions of the tile in the
  // plane (row · Q + column).
  void count(const Plan& plan, const std::vector<int>& positions, std::vector<ChunkTaps>& chunks);

 private:
  void unite(const std::vector<int>& positions);
  ChunkTaps live_taps(Count first, Count taps) const;
  Count fullest_bank(Count first, Count taps) const;
  Count taps_of_column(int s, Count first, Count taps) const;

  const Layer& layer_;
  const ArraySpec array_;
  const std::uint64_t* const live_;
  const int words_;
  std::vector<std::uint64_t> united_;  // the taps that are live for any position of the tile
  int banks_ = 0;
  std::vector<int> bank_;                              // [Q][S]: of a position's tap, by columns
  std::vector<Count> positions_in_column_;             // [Q], of the tile
  std::vector<std::vector<std::uint64_t>> of_column_;  // [S]: the taps of a kernel column
};

}  // namespace peeksim
