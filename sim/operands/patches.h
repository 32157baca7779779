// The activations under the taps of neighboring outputs, tap by tap: a loop over a tap's outputs is
// then one over contiguous numbers.
#pragma once

#include <vector>

#include "sim/base/units.h"
#include "sim/workload/layer.h"

namespace peeksim {

class Patches {
 public:
  // Outputs at a time: their activations stay near the processor.
  static constexpr int max_outputs = 256;

  // ifmap: [C,H,W]. Both outlive the object.
  Patches(const Layer& layer, const std::vector<float>& ifmap);

  // Turns to the `count` outputs from plane position `first` on, of a convolution group. count: up
  // to max_outputs.
  void take(int group, int first, int count);

  // Of a tap in the order of docs/machine.md section 1: [count], 0 for padding.
  const float* of_tap(Count tap) const { return &values_[tap * max_outputs]; }

 private:
  const Layer& layer_;
  const std::vector<float>& ifmap_;
  std::vector<float> values_;  // [L][max_outputs]
};

}  // namespace peeksim
