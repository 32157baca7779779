#include "sim/skip/operands/zero_gating.h"

#include <algorithm>

#include "sim/base/bits.h"
#include "sim/base/vectors.h"

namespace peeksim {

namespace {

// The zero channels of one convolution group at each position of the padded map, group after group.
PEEKSIM_VECTORS void count_zeros(const float* values, std::vector<int>& zeros) {
  for (std::size_t i = 0; i < zeros.size(); ++i) zeros[i] += values[i] == 0.0f;
}

class ZeroChannels {
 public:
  explicit ZeroChannels(const Layer& layer)
      : layer_(layer),
        map_(std::size_t(layer.H) * layer.W),
        padded_(std::size_t(layer.H + layer.pad_top + layer.pad_bottom) * width(),
                layer.C / layer.groups) {}

  int width() const { return layer_.W + layer_.pad_left + layer_.pad_right; }

  // ifmap: of the group, [C/groups,H,W].
  const std::vector<int>& count(const float* ifmap) {
    std::fill(map_.begin(), map_.end(), 0);
    for (int c = 0; c < layer_.C / layer_.groups; ++c, ifmap += map_.size())
      count_zeros(ifmap, map_);
    for (int h = 0; h < layer_.H; ++h)
      std::copy_n(&map_[std::size_t(h) * layer_.W], layer_.W,
                  &padded_[std::size_t(h + layer_.pad_top) * width() + layer_.pad_left]);
    return padded_;
  }

 private:
  const Layer& layer_;
  std::vector<int> map_;     // [H,W]
  std::vector<int> padded_;  // its border never changes
};

// From each element on, the sum of `count` elements that lie `step` apart, as far as there are any:
// pass by pass over a part of them at a time, which stays near the processor.
PEEKSIM_VECTORS void sum_apart(const std::vector<int>& elements, int count, std::size_t step,
                               std::vector<int>& sums) {
  constexpr std::size_t part = 1024;
  sums.resize(elements.size());
  for (std::size_t begin = 0; begin < elements.size(); begin += part) {
    const std::size_t end = std::min(begin + part, elements.size());
    std::copy(elements.begin() + begin, elements.begin() + end, sums.begin() + begin);
    for (int i = 1; i < count; ++i) {
      const std::size_t ahead = i * step;
      if (ahead >= elements.size()) break;
      const std::size_t stop = std::min(end, elements.size() - ahead);
      for (std::size_t at = begin; at < stop; ++at) sums[at] += elements[at + ahead];
    }
  }
}

PEEKSIM_VECTORS Count sum_of(const std::vector<int>& numbers) {
  Count sum = 0;
  for (const int number : numbers) sum += number;
  return sum;
}

// Zero taps of the neighbors of every window of a row of windows: of the outputs that are not
// computed when the window is gated. taps: of the plane.
PEEKSIM_VECTORS void sum_neighbors(const WindowGrid& grid, const std::vector<Position>& neighbors,
                                   int row, const int* taps, std::vector<int>& sums) {
  const int cols = grid.cols(), width = grid.width;
  sums.assign(cols, 0);
  for (const Position& neighbor : neighbors) {
    if (neighbor.row >= grid.height_of(row)) continue;
    const int* own = taps + std::size_t(row * grid.height + neighbor.row) * grid.Q + neighbor.col;
    const int existing = neighbor.col < grid.width_of(cols - 1) ? cols : cols - 1;
    for (int col = 0; col < existing; ++col, own += width) sums[col] += *own;
  }
}

}  // namespace

// A sum over rows of sums over columns, for every place of the padded map as if the stride were 1:
// loops over contiguous numbers.
std::vector<int> zero_taps(const Layer& layer, const std::vector<float>& ifmap) {
  const std::size_t group_values = ifmap.size() / layer.groups;
  const int Q = layer.Q();
  std::vector<int> taps(layer.groups * layer.positions());
  int* out = taps.data();
  ZeroChannels zeros(layer);
  std::vector<int> in_row, in_kernel;
  for (int group = 0; group < layer.groups; ++group) {
    sum_apart(zeros.count(&ifmap[group * group_values]), layer.S, layer.dilation_w, in_row);
    sum_apart(in_row, layer.R, std::size_t(layer.dilation_h) * zeros.width(), in_kernel);
    for (int p = 0; p < layer.P(); ++p, out += Q) {
      const int* row = &in_kernel[std::size_t(p) * layer.stride_h * zeros.width()];
      for (int q = 0; q < Q; ++q) out[q] = row[std::size_t(q) * layer.stride_w];
    }
  }
  return taps;
}

Count zero_gated_macs(const Layer& layer, const std::vector<int>& taps,
                      const Prediction& prediction) {
  const int channels = layer.K / layer.groups;
  Count macs = sum_of(taps) * channels;
  if (!prediction.predicts) return macs;
  const WindowGrid& grid = prediction.grid;
  const std::vector<Position> neighbors = grid.neighbors();
  const int words = (channels + 63) / 64, cols = grid.cols();
  std::vector<std::uint64_t> gated(std::size_t(cols) * words);
  std::vector<int> of_window;
  for (int group = 0; group < layer.groups; ++group) {
    const int* of_group = &taps[group * layer.positions()];
    for (int row = 0; row < grid.rows(); ++row) {
      sum_neighbors(grid, neighbors, row, of_group, of_window);
      prediction.predicted.extract(row * cols, cols, group * channels, channels, gated.data());
      for (int col = 0; col < cols; ++col)
        macs -= Count{count_bits(&gated[std::size_t(col) * words], words)} * of_window[col];
    }
  }
  return macs;
}

}  // namespace peeksim
