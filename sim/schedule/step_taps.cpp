#include "sim/schedule/step_taps.h"

#include <algorithm>

#include "sim/schedule/window_order.h"

namespace peeksim {

void StepTaps::enter_group(TapCounter& counter) {
  counter_ = &counter;
  for (auto& [index, block] : blocks_)
    for (std::vector<ChunkTaps>& tile : block.counted) tile.clear();
}

void StepTaps::count(int block, int rows, const std::vector<Tile>& tiles, std::size_t begin,
                     const TilePositions& neighbors, std::vector<ChunkTaps>& taps) {
  enter_block(block);
  for (std::size_t t = begin; t < tiles.size(); ++t) {
    const std::vector<int>& own = neighbors.of(t);
    if (tiles[t].pass != Pass::neighbor && own.empty()) {
      count_first(t - begin, rows, taps);
      continue;
    }
    positions_.clear();
    if (tiles[t].pass != Pass::neighbor) add_first(t - begin, rows);
    for (const int neighbor : own) positions_.push_back(block_->neighbors[neighbor]);
    counter_->count(plan_, positions_, taps);
  }
}

void StepTaps::enter_block(int block) {
  block_ = &blocks_[block];
  if (!block_->first.empty() || !block_->neighbors.empty()) return;
  const auto listed = [&](Members members) {
    return window_order(prediction_.grid, plan_.blocks[block], members);
  };
  block_->first = listed(prediction_.predicts ? Members::peeks : Members::all);
  if (prediction_.has_neighbor_pass()) block_->neighbors = listed(Members::neighbors);
}

void StepTaps::add_first(std::size_t tile, int rows) {
  const auto from = block_->first.begin() + static_cast<std::ptrdiff_t>(tile * rows);
  positions_.insert(positions_.end(), from,
                    from + std::min<std::ptrdiff_t>(rows, block_->first.end() - from));
}

void StepTaps::count_first(std::size_t tile, int rows, std::vector<ChunkTaps>& taps) {
  if (block_->counted.size() <= tile) block_->counted.resize(tile + 1);
  std::vector<ChunkTaps>& counted = block_->counted[tile];
  if (counted.empty()) {
    positions_.clear();
    add_first(tile, rows);
    counter_->count(plan_, positions_, counted);
  }
  taps.insert(taps.end(), counted.begin(), counted.end());
}

}  // namespace peeksim
