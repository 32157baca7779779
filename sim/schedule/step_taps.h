// Counts the taps of the tiles of every step, on machines where they depend on the tiles' positions
// (tap_counter.h). The positions of a block are the same in all convolution groups and listed once.
#pragma once

#include <map>
#include <vector>

#include "sim/schedule/dispatch.h"
#include "sim/schedule/plan.h"
#include "sim/schedule/tap_counter.h"
#include "sim/skip/prediction.h"

namespace peeksim {

class StepTaps {
 public:
  // All arguments outlive the object.
  StepTaps(const Plan& plan, const Prediction& prediction) : plan_(plan), prediction_(prediction) {}

  // The next calls of count() are for the convolution group of this counter, which must stay alive.
  void enter_group(TapCounter& counter);

  // Appends the taps of each chunk of the tiles from `begin` on, which are those of a step of the
  // block. rows: of the array. neighbors: those of each tile.
  void count(int block, int rows, const std::vector<Tile>& tiles, std::size_t begin,
             const TilePositions& neighbors, std::vector<ChunkTaps>& taps);

 private:
  struct BlockOutputs {
    std::vector<int> first, neighbors;  // positions of the two passes
    // Of the first pass's tiles: the same in all steps of the group, except for a tile that is
    // filled up with neighbors. Empty: not yet counted.
    std::vector<std::vector<ChunkTaps>> counted;
  };

  void enter_block(int block);
  void add_first(std::size_t tile, int rows);
  void count_first(std::size_t tile, int rows, std::vector<ChunkTaps>& taps);

  const Plan& plan_;
  const Prediction& prediction_;
  TapCounter* counter_ = nullptr;
  std::map<int, BlockOutputs> blocks_;
  BlockOutputs* block_ = nullptr;
  std::vector<int> positions_;
};

}  // namespace peeksim
