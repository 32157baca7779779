#include "sim/skip/operands/live_taps.h"

#include <algorithm>

#include "sim/base/bits.h"

namespace peeksim {

namespace {

// The padded ifmap of one convolution group: a bit per element, 1 where it is not 0. In a row,
// columns that are a stride apart are stored side by side, so that one tap of successive positions
// is a run of bits, and the index of an element is that of a position plus that of a tap. Runs
// begin at words; one more word follows the last, so that 64 bits can be read from any bit on.
class NonzeroMap {
 public:
  NonzeroMap(const Layer& layer, const std::vector<float>& ifmap, int group)
      : height_(layer.H + layer.pad_top + layer.pad_bottom),
        stride_(layer.stride_w),
        run_words_(
            static_cast<int>(ceil_div(layer.W + layer.pad_left + layer.pad_right, 64 * stride_))) {
    const int channels = layer.C / layer.groups;
    bits_.resize(std::size_t(channels) * height_ * stride_ * run_words_ + 1);
    const float* values = &ifmap[std::size_t(group) * channels * layer.H * layer.W];
    for (int c = 0; c < channels; ++c)
      for (int y = 0; y < layer.H; ++y, values += layer.W)
        for (int x = 0; x < std::min(stride_, layer.W); ++x)
          set_run(place(c, y + layer.pad_top, x + layer.pad_left), values + x, values + layer.W);
  }

  // The bit of an element of the padded map.
  std::size_t place(int channel, int y, int x) const {
    const std::size_t row = std::size_t(channel) * height_ + y;
    return (row * stride_ + x % stride_) * run_words_ * 64 + x / stride_;
  }
  std::uint64_t read(std::size_t place) const {
    const std::uint64_t* words = &bits_[place / 64];
    const int shift = static_cast<int>(place % 64);
    return words[0] >> shift | words[1] << 1 << (63 - shift);
  }

 private:
  void set_run(std::size_t place, const float* value, const float* end) {
    std::uint64_t* word = &bits_[place / 64];
    for (int bit = static_cast<int>(place % 64); value < end; bit = 0, ++word) {
      std::uint64_t bits = 0;
      for (; bit < 64 && value < end; ++bit, value += stride_)
        bits |= std::uint64_t{*value != 0.0f} << bit;
      *word = bits;
    }
  }

  const int height_, stride_, run_words_;
  std::vector<std::uint64_t> bits_;
};

// The place of every tap of the position at the origin.
std::vector<std::size_t> places_of_taps(const Layer& layer, const NonzeroMap& map) {
  std::vector<std::size_t> places;
  for (int c = 0; c < layer.C / layer.groups; ++c)
    for (int r = 0; r < layer.R; ++r)
      for (int s = 0; s < layer.S; ++s)
        places.push_back(map.place(c, r * layer.dilation_h, s * layer.dilation_w));
  return places;
}

// Up to 64 successive positions of the plane, and what they share row by row.
class PositionBlock {
 public:
  PositionBlock(const Layer& layer, const NonzeroMap& map, Count first)
      : count_(static_cast<int>(std::min<Count>(64, layer.positions() - first))) {
    const int Q = layer.Q();
    int p = static_cast<int>(first / Q), q = static_cast<int>(first % Q);
    for (int i = 0; i < count_; ++p, q = 0) {
      const int columns = std::min(Q - q, count_ - i);
      runs_.push_back({map.place(0, p * layer.stride_h, q * layer.stride_w), low_bits(columns), i});
      i += columns;
    }
  }

  int count() const { return count_; }

  // A bit per position: whether the tap at this place is live.
  std::uint64_t live(const NonzeroMap& map, std::size_t tap) const {
    std::uint64_t bits = 0;
    for (const Run& run : runs_) bits |= (map.read(run.place + tap) & run.mask) << run.first;
    return bits;
  }

 private:
  struct Run {
    std::size_t place;   // of its first position's first tap
    std::uint64_t mask;  // as many bits as it has positions
    int first;           // position, within the block
  };
  const int count_;
  std::vector<Run> runs_;
};

}  // namespace

// Taps are read for many positions at a time and stored by position: blocks of 64 by 64 bits are
// transposed.
LiveTaps::LiveTaps(const Layer& layer, const std::vector<float>& ifmap) {
  const auto bits = std::make_shared<std::vector<std::uint64_t>>(size_of(layer));
  const std::size_t words = words_of(layer);
  std::uint64_t* of_block = bits->data();
  for (int group = 0; group < layer.groups; ++group) {
    const NonzeroMap map(layer, ifmap, group);
    const std::vector<std::size_t> taps = places_of_taps(layer, map);
    for (Count first = 0; first < layer.positions(); first += 64) {
      const PositionBlock block(layer, map, first);
      for (std::size_t w = 0; w < words; ++w) {
        std::uint64_t square[64] = {};
        for (std::size_t t = 0; t < 64 && w * 64 + t < taps.size(); ++t)
          square[t] = block.live(map, taps[w * 64 + t]);
        transpose(square);
        for (int i = 0; i < block.count(); ++i) of_block[i * words + w] = square[i];
      }
      of_block += block.count() * words;
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
