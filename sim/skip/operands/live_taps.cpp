#include "sim/skip/operands/live_taps.h"

#include <algorithm>

#include "sim/base/bits.h"

namespace peeksim {

namespace {

// The padded ifmap of one convolution group: a bit per element, 1 where it is not 0. Rows begin at
// words; one more word follows the last, so that a row can be read 64 bits at a time from any bit.
class NonzeroMap {
 public:
  NonzeroMap(const Layer& layer, const std::vector<float>& ifmap, int group)
      : height_(layer.H + layer.pad_top + layer.pad_bottom),
        row_words_((layer.W + layer.pad_left + layer.pad_right + 63) / 64) {
    const int channels = layer.C / layer.groups;
    bits_.resize(std::size_t(channels) * height_ * row_words_ + 1);
    const float* values = &ifmap[std::size_t(group) * channels * layer.H * layer.W];
    for (int c = 0; c < channels; ++c)
      for (int y = 0; y < layer.H; ++y, values += layer.W) {
        std::uint64_t* row = &bits_[place(c, y + layer.pad_top)];
        for (int x = 0; x < layer.W; ++x)
          row[(x + layer.pad_left) / 64] |= std::uint64_t{values[x] != 0.0f}
                                            << ((x + layer.pad_left) % 64);
      }
  }

  // 64 elements of a row of the padded map from column x on; those past the row are not its own.
  std::uint64_t read(std::size_t row, int x) const {
    const std::uint64_t* words = &bits_[row + x / 64];
    const int shift = x % 64;
    return shift == 0 ? words[0] : words[0] >> shift | words[1] << (64 - shift);
  }
  std::size_t place(int channel, int y) const {
    return (std::size_t(channel) * height_ + y) * row_words_;
  }

 private:
  int height_, row_words_;
  std::vector<std::uint64_t> bits_;
};

// The S taps of a kernel row, of the output whose first tap is at column x of a row of the map.
std::uint64_t kernel_row(const NonzeroMap& map, std::size_t row, int x, int S, int dilation) {
  if (dilation == 1) return map.read(row, x) & low_bits(S);
  std::uint64_t taps = 0;
  for (int s = 0; s < S; ++s) taps |= (map.read(row, x + s * dilation) & 1) << s;
  return taps;
}

void put(std::uint64_t* words, Count first, int count, std::uint64_t bits) {
  const int shift = static_cast<int>(first % 64);
  words[first / 64] |= bits << shift;
  if (shift + count > 64) words[first / 64 + 1] |= bits >> (64 - shift);
}

}  // namespace

LiveTaps::LiveTaps(const Layer& layer, const std::vector<float>& ifmap) {
  const auto bits = std::make_shared<std::vector<std::uint64_t>>(size_of(layer));
  const int P = layer.P(), Q = layer.Q(), channels = layer.C / layer.groups;
  const int words = words_of(layer);
  constexpr int most = 64;  // taps that are read at a time
  std::uint64_t* of_row = bits->data();
  for (int group = 0; group < layer.groups; ++group) {
    const NonzeroMap map(layer, ifmap, group);
    for (int p = 0; p < P; ++p, of_row += std::size_t(Q) * words) {
      for (int c = 0; c < channels; ++c)
        for (int r = 0; r < layer.R; ++r) {
          const std::size_t row = map.place(c, p * layer.stride_h + r * layer.dilation_h);
          for (int s = 0; s < layer.S; s += most) {
            const int count = std::min(most, layer.S - s);
            const Count tap = (Count{c} * layer.R + r) * layer.S + s;
            int x = s * layer.dilation_w;
            for (int q = 0; q < Q; ++q, x += layer.stride_w)
              put(of_row + std::size_t(q) * words, tap, count,
                  kernel_row(map, row, x, count, layer.dilation_w));
          }
        }
    }
  }
  *this = LiveTaps(layer, {bits, bits->data()});
}

LiveTaps::LiveTaps(const Layer& layer, std::shared_ptr<const std::uint64_t> bits)
    : group_words_(size_of(layer) / layer.groups), bits_(std::move(bits)) {}

std::vector<int> zero_taps(const Layer& layer, const LiveTaps& live) {
  std::vector<int> taps;
  const std::uint64_t* own = live.of_group(0);
  for (Count i = 0; i < layer.groups * layer.positions(); ++i, own += LiveTaps::words_of(layer))
    taps.push_back(static_cast<int>(layer.L() - count_bits(own, 0, layer.L())));
  return taps;
}

}  // namespace peeksim
