// The outcome of prediction on one layer and image: a bit per window and channel, and how often
// it was right. A pure function of the ofmap.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "sim/base/units.h"
#include "sim/skip/layer_prediction.h"

namespace peeksim {

// A bit per (window, channel), all channels of a window side by side in 64-bit words, because
// the schedule asks which columns of a tile are gated.
class WindowBits {
 public:
  WindowBits() = default;
  WindowBits(int windows, int channels)
      : words_((channels + 63) / 64), bits_(static_cast<std::size_t>(windows) * words_) {}

  void set(int window, int channel, std::uint64_t bit) {
    bits_[index(window) + channel / 64] |= bit << (channel % 64);
  }
  // Those of all windows; set: [windows], 0 or 1.
  void set_channel(int channel, const std::uint8_t* set) {
    std::uint64_t* word = bits_.data() + channel / 64;
    const std::uint64_t* const end = bits_.data() + bits_.size();
    for (const int shift = channel % 64; word < end; word += words_)
      *word |= std::uint64_t{*set++} << shift;
  }
  bool test(int window, int channel) const {
    return bits_[index(window) + channel / 64] >> (channel % 64) & 1;
  }
  // The raw words: word_count() per window, the windows one after another.
  WindowBits(int word_count, std::vector<std::uint64_t> words)
      : words_(word_count), bits_(std::move(words)) {}
  int word_count() const { return words_; }
  const std::vector<std::uint64_t>& words() const { return bits_; }

  // Of `windows` windows from `window` on, `channels` bits from `first` on: in (channels + 63) / 64
  // words of `out` for each, bit 0 on; unused bits are 0.
  void extract(int window, int windows, int first, int channels, std::uint64_t* out) const;

 private:
  std::size_t index(int window) const { return static_cast<std::size_t>(window) * words_; }

  int words_ = 0;
  std::vector<std::uint64_t> bits_;
};

struct Prediction {
  WindowGrid grid;
  bool predicts = false;
  // The fate of the neighbors of a window whose bit is set; all other outputs are computed.
  OutputFate fate = OutputFate::computed;
  Count decision_macs = 0;  // of the predictor's own, for each output that is not computed first
  WindowBits predicted;     // windows x K
  // [K,P,Q]: the taps that each output takes, where some are cut short; else empty, and all take
  // all.
  std::vector<std::int32_t> taps;
  Count taps_taken = 0;        // their sum
  Count zeros_taken = 0;       // of those, taps whose activation is 0 or padding
  bool guesses = false;        // whether some are cut short at a threshold, before that is certain
  bool retires_alone = false;  // where the weights are resident, a PE takes the next one at once
  Count predicted_zero = 0;    // outputs gated
  Count correct_zero = 0;      // of those: value <= 0
  Count false_zero = 0;        // of those: value > 0

  // Whether a pass computes the neighbors that are not gated.
  bool has_neighbor_pass() const { return fate == OutputFate::predicted_zero; }

  // Of the output at (row, col) of a channel's plane.
  OutputFate fate_of(int channel, int row, int col) const;
};

// ofmap: [K,P,Q], the values that enter the activation of that image. operands: of the layer and
// image, or null where they are not known. Throws as Masks::read, and Error(machine) for a
// predictor that needs operands that are not known.
Prediction predict(const LayerPrediction& settings, const std::vector<float>& ofmap, int channels,
                   int image, const LayerOperands* operands = nullptr);

// Throws Error(machine) when the layer's predictor needs operands that are not known. operands: or
// null.
void require_operands(const LayerPrediction& settings, const Operands* operands);

// The outcome of predictions that were made elsewhere, from values that a simulated array computed.
// grid: with the image's peeks. REQUIRES: settings.predicts(); `predicted` has grid.count()
// windows.
Prediction judge(const LayerPrediction& settings, const WindowGrid& grid, WindowBits predicted,
                 const std::vector<float>& ofmap, int channels);

}  // namespace peeksim
