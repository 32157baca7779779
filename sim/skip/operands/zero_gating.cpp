#include "sim/skip/operands/zero_gating.h"

#include <algorithm>

#include "sim/base/bits.h"

namespace peeksim {

namespace {

// Zero channels of one convolution group at each position of the padded map.
std::vector<int> zero_channels(const Layer& layer, const std::vector<float>& ifmap, int group,
                               int padded_width, int padded_height) {
  const int channels = layer.C / layer.groups;
  std::vector<int> zeros(std::size_t(padded_height) * padded_width, channels);
  for (int h = 0; h < layer.H; ++h) {
    int* row = &zeros[std::size_t(h + layer.pad_top) * padded_width + layer.pad_left];
    std::fill_n(row, layer.W, 0);
    for (int c = 0; c < channels; ++c) {
      const std::size_t channel = std::size_t(group) * channels + c;
      const float* values = &ifmap[(channel * layer.H + h) * layer.W];
      for (int w = 0; w < layer.W; ++w) row[w] += values[w] == 0.0f;
    }
  }
  return zeros;
}

// Outputs of each position, over the group's channels, that are computed and not gated.
std::vector<int> live_channels(const Layer& layer, const Prediction& prediction, int group) {
  const int channels = layer.K / layer.groups;
  std::vector<int> live(layer.positions(), channels);
  if (!prediction.predicts) return live;
  const WindowGrid& grid = prediction.grid;
  const int words = (channels + 63) / 64;
  std::vector<std::uint64_t> gated(words);
  std::vector<char> is_peek(std::size_t(grid.height) * grid.width);
  for (const Position& peek : grid.peeks) is_peek[peek.row * grid.width + peek.col] = 1;
  for (int row = 0; row < grid.rows(); ++row) {
    for (int col = 0; col < grid.cols(); ++col) {
      prediction.predicted.extract(row * grid.cols() + col, group * channels, channels,
                                   gated.data());
      const int count = count_bits(gated.data(), words);
      for (int i = 0; i < grid.height_of(row); ++i)
        for (int j = 0; j < grid.width_of(col); ++j)
          if (!is_peek[i * grid.width + j])
            live[std::size_t(row * grid.height + i) * grid.Q + col * grid.width + j] -= count;
    }
  }
  return live;
}

// Adds the zero taps of one convolution group's outputs to out[P,Q].
void add_zero_taps(const Layer& layer, const std::vector<int>& zeros, int padded_width, int* out) {
  const int P = layer.P(), Q = layer.Q();
  for (int p = 0; p < P; ++p, out += Q) {
    for (int r = 0; r < layer.R; ++r) {
      const int* row =
          &zeros[std::size_t(p * layer.stride_h + r * layer.dilation_h) * padded_width];
      for (int s = 0; s < layer.S; ++s) {
        const int* tap = row + s * layer.dilation_w;
        for (int q = 0; q < Q; ++q) out[q] += tap[std::size_t(q) * layer.stride_w];
      }
    }
  }
}

}  // namespace

std::vector<int> zero_taps(const Layer& layer, const std::vector<float>& ifmap) {
  const int padded_width = layer.W + layer.pad_left + layer.pad_right;
  const int padded_height = layer.H + layer.pad_top + layer.pad_bottom;
  std::vector<int> taps(layer.groups * layer.positions(), 0);
  for (int group = 0; group < layer.groups; ++group)
    add_zero_taps(layer, zero_channels(layer, ifmap, group, padded_width, padded_height),
                  padded_width, taps.data() + group * layer.positions());
  return taps;
}

Count zero_gated_macs(const Layer& layer, const std::vector<int>& taps,
                      const Prediction& prediction) {
  Count macs = 0;
  const int* tap = taps.data();
  for (int group = 0; group < layer.groups; ++group)
    for (const int live : live_channels(layer, prediction, group)) macs += Count{*tap++} * live;
  return macs;
}

}  // namespace peeksim
