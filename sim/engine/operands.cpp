#include "sim/engine/operands.h"

#include <algorithm>
#include <cmath>

namespace peeksim {

float Operands::finish(double accumulator, int channel, float added) const {
  if (!bias.empty()) accumulator += bias[channel];
  if (!integer) return static_cast<float>(accumulator + added);
  double scaled = accumulator * multiplier[channel];
  if (!residual.empty()) scaled += added * residual_multiplier;
  // The rounding mode is the default one: halves go to the even neighbor.
  const double rounded = std::clamp(std::nearbyint(scaled), -127.0, 127.0);
  return static_cast<float>(rounded) * ofmap_scale;
}

}  // namespace peeksim
