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
        for (int x = 0; x < layer.W;) {
          const int at = x + layer.pad_left;
          const int end = std::min(layer.W, x + 64 - at % 64);  // of this word
          std::uint64_t word = 0;
          for (int bit = at % 64; x < end; ++x, ++bit)
            word |= std::uint64_t{values[x] != 0.0f} << bit;
          row[at / 64] = word;
        }
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

// Taps of one channel that lie in a row of kernel rows, as many as a word has bits.
struct Piece {
  Count first = 0;            // tap
  int rows = 0, columns = 0;  // of the kernel
  std::size_t row = 0;        // place of the first tap's row in the map
  std::size_t row_step = 0;   // to the next kernel row's
  int x = 0;                  // column of the first position's first tap
};

std::uint64_t read_taps(const NonzeroMap& map, const Piece& piece, int x, int dilation) {
  std::uint64_t taps = 0;
  int bit = 0;
  std::size_t row = piece.row;
  for (int r = 0; r < piece.rows; ++r, row += piece.row_step, bit += piece.columns) {
    if (dilation == 1) {
      taps |= (map.read(row, x) & low_bits(piece.columns)) << bit;
      continue;
    }
    for (int s = 0; s < piece.columns; ++s)
      taps |= (map.read(row, x + s * dilation) & 1) << (bit + s);
  }
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
  // Of a channel whole kernel rows, or parts of one that is longer than a word.
  const int columns = std::min(layer.S, 64);
  const int rows = std::max(1, 64 / layer.S);
  std::uint64_t* of_row = bits->data();
  for (int group = 0; group < layer.groups; ++group) {
    const NonzeroMap map(layer, ifmap, group);
    for (int p = 0; p < P; ++p, of_row += std::size_t(Q) * words) {
      for (int c = 0; c < channels; ++c)
        for (int r = 0; r < layer.R; r += rows)
          for (int s = 0; s < layer.S; s += columns) {
            Piece piece;
            piece.first = (Count{c} * layer.R + r) * layer.S + s;
            piece.rows = std::min(rows, layer.R - r);
            piece.columns = std::min(columns, layer.S - s);
            piece.row = map.place(c, p * layer.stride_h + r * layer.dilation_h);
            piece.row_step = map.place(0, layer.dilation_h);
            piece.x = s * layer.dilation_w;
            for (int q = 0; q < Q; ++q)
              put(of_row + std::size_t(q) * words, piece.first, piece.rows * piece.columns,
                  read_taps(map, piece, piece.x + q * layer.stride_w, layer.dilation_w));
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
