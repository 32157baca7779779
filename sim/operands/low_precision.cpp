#include "sim/operands/low_precision.h"

#include <algorithm>
#include <cmath>

namespace peeksim {

LowPrecision::LowPrecision(const Layer& layer, const Operands& operands, int bits) {
  const int signed_levels = (1 << (bits - 1)) - 1;
  float largest = 0;
  bool negative = false;
  for (const float value : operands.ifmap) {
    largest = std::max(largest, std::abs(value));
    negative |= value < 0;
  }
  activation_step_ = double{largest} / (negative ? signed_levels : (1 << bits) - 1);

  const int channels = layer.K / layer.groups;
  const Count taps = layer.L();
  std::vector<float> of_channel(layer.K);
  for (int k = 0; k < layer.K; ++k)
    for (Count tap = 0; tap < taps; ++tap) {
      const float value = operands.weight[(k / channels * taps + tap) * channels + k % channels];
      of_channel[k] = std::max(of_channel[k], std::abs(value));
    }
  for (const float most : of_channel) weight_step_.push_back(double{most} / signed_levels);
}

// Halves go to the even neighbor, the mode that programs start in.
float LowPrecision::integer(float value, double step) {
  return step == 0 ? 0.0f : static_cast<float>(std::nearbyint(value / step));
}

}  // namespace peeksim
