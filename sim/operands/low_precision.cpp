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

  for (int k = 0; k < layer.K; ++k) {
    float most = 0;
    for (const float value : operands.filter(layer, k)) most = std::max(most, std::abs(value));
    weight_step_.push_back(double{most} / signed_levels);
  }
}

// Halves go to the even neighbor, the mode that programs start in.
float LowPrecision::integer(float value, double step) {
  return step == 0 ? 0.0f : static_cast<float>(std::nearbyint(value / step));
}

}  // namespace peeksim
