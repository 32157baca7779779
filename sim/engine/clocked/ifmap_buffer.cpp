#include "sim/engine/clocked/ifmap_buffer.h"

#include <algorithm>

namespace peeksim::clocked {

IfmapBuffer::IfmapBuffer(const sc_core::sc_module_name& name, Wires& wires)
    : OperandBuffer(name, wires, {wires.ifmap_fill, wires.ifmap_filled, wires.ifmap_released}) {}

void IfmapBuffer::store(const LoadRequest& load, int which) {
  Half& half = halves_[which];
  const Layer& layer = *work_->layer;
  const Block& block = work_->block(load.step);
  half.block = &block;
  half.width = (block.cols - 1) * layer.stride_w + (layer.S - 1) * layer.dilation_w + 1;
  const int height = (block.rows - 1) * layer.stride_h + (layer.R - 1) * layer.dilation_h + 1;
  const std::vector<float>& ifmap = work_->operands->ifmap;
  if (ifmap.empty()) return;

  const int channels = layer.C / layer.groups;
  half.values.assign(std::size_t(channels) * height * half.width, 0.0f);
  half.tap_offset.clear();
  const int top = block.row * layer.stride_h - layer.pad_top;
  const int left = block.col * layer.stride_w - layer.pad_left;
  const int first_col = std::max(left, 0), end_col = std::min(left + half.width, layer.W);
  for (int c = 0; c < channels; ++c) {
    const float* plane = &ifmap[(std::size_t(work_->group) * channels + c) * layer.H * layer.W];
    for (int y = std::max(top, 0); y < std::min(top + height, layer.H); ++y) {
      if (first_col >= end_col) break;
      float* row = &half.values[(std::size_t(c) * height + (y - top)) * half.width];
      std::copy(plane + std::size_t(y) * layer.W + first_col,
                plane + std::size_t(y) * layer.W + end_col, row + (first_col - left));
    }
    for (int r = 0; r < layer.R; ++r)
      for (int s = 0; s < layer.S; ++s)
        half.tap_offset.push_back((c * height + r * layer.dilation_h) * half.width +
                                  s * layer.dilation_w);
  }
  half.low.clear();
  if (work_->low == nullptr) return;
  for (const float value : half.values) half.low.push_back(work_->low->activation(value));
}

std::vector<int> IfmapBuffer::first_taps(const Half& half,
                                         const std::vector<int>& positions) const {
  const Layer& layer = *work_->layer;
  const int Q = work_->grid().Q;
  std::vector<int> taps;
  taps.reserve(positions.size());
  for (const int position : positions) {
    const int row = position / Q - half.block->row, col = position % Q - half.block->col;
    taps.push_back(position < 0 ? 0 : row * layer.stride_h * half.width + col * layer.stride_w);
  }
  return taps;
}

std::vector<Count> IfmapBuffer::live_taps(int load, const TileWork& tile, Count first,
                                          Count taps) const {
  const Half& half = halves_[half_with(load)];
  // In blocks: a branch on each zero could not be foreseen.
  constexpr std::size_t block = 8;
  std::vector<int> bases = first_taps(half, tile.distinct);
  while (bases.size() % block != 0) bases.push_back(bases.front());
  std::vector<Count> live;
  for (Count tap = 0; tap < taps; ++tap) {
    const float* values = half.values.data() + half.tap_offset[first + tap];
    bool is_live = false;
    for (std::size_t i = 0; i < bases.size() && !is_live; i += block)
      for (std::size_t k = 0; k < block; ++k) is_live |= values[bases[i + k]] != 0.0f;
    if (is_live) live.push_back(tap);
  }
  return live;
}

// The rows turn to their positions.
void IfmapBuffer::turn_to(const ChunkIssue& chunk) {
  const TileWork& tile = *chunk.tile;
  reading_ = &halves_[half_with(chunk.ifmap_load)];
  values_ = tile.pass == Pass::lookahead ? reading_->low.data() : reading_->values.data();
  if (work_->operands->ifmap.empty()) return;
  distinct_base_ = first_taps(*reading_, tile.distinct);
  if (work_->operands->computes())
    base_ = first_taps(*reading_, tile.shared_rows ? tile.row_position : tile.position);
}

TapActivations IfmapBuffer::activations_of(Count tap) {
  return {values_ + reading_->tap_offset[tap], distinct_base_.data(), base_.data()};
}

}  // namespace peeksim::clocked
