// The taps of the tiles of every step, where they depend on the tiles' positions. What convolution
// groups have in common, which positions a block has, is listed once.
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

  // From now on taps are those of the convolution group of the counter, which outlives its use.
  void enter_group(TapCounter& counter);

  // Appends the taps of each chunk of the tiles from `begin` on, those of a step of a block. rows:
  // of the array. neighbors: which of the step each tile has.
  void count(int block, int rows, const std::vector<Tile>& tiles, std::size_t begin,
             const TilePositions& neighbors, std::vector<ChunkTaps>& taps);

 private:
  struct BlockOutputs {
    std::vector<int> first, neighbors;  // positions of the two passes
    // Of the first pass's tiles: the same in all steps of the group, but for a tile that is filled
    // up. Empty: not yet counted.
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
