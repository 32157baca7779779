// The taps of an output whose activation is neither exactly 0 nor padding: the only ones that take
// time on a machine that skips zero activations (docs/machine.md section 5).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/base/units.h"
#include "sim/workload/layer.h"

namespace peeksim {

// A bit per tap of every position of a layer, in the order of the taps. All outputs of a position
// in one convolution group have the same.
class LiveTaps {
 public:
  LiveTaps() = default;  // not known
  // ifmap: [C,H,W].
  LiveTaps(const Layer& layer, const std::vector<float>& ifmap);
  // Uses existing bits, size_of(layer) words.
  LiveTaps(const Layer& layer, std::shared_ptr<const std::uint64_t> bits);

  bool known() const { return bits_ != nullptr; }
  // [positions][words_of(layer)] of a convolution group: bit t % 64 of word t / 64 is tap t, the
  // rest is 0.
  const std::uint64_t* of_group(int group) const { return bits_.get() + group * group_words_; }

  static int words_of(const Layer& layer) { return static_cast<int>(ceil_div(layer.L(), 64)); }
  static std::size_t size_of(const Layer& layer) {
    return layer.groups * layer.positions() * words_of(layer);
  }

 private:
  std::size_t group_words_ = 0;
  std::shared_ptr<const std::uint64_t> bits_;
};

// How many of an output's taps are not live, for every position of every group: [groups,P,Q], as
// zero_taps() counts them from the ifmap.
std::vector<int> zero_taps(const Layer& layer, const LiveTaps& live);

}  // namespace peeksim
