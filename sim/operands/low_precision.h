// Activations and weights as integers of few bits (docs/machine.md section 2, "Look-ahead").
#pragma once

#include <vector>

#include "sim/operands/operands.h"
#include "sim/workload/layer.h"

namespace peeksim {

class LowPrecision {
 public:
  // Of a layer and an image, in `bits` bits. REQUIRES: operands.computes().
  LowPrecision(const Layer& layer, const Operands& operands, int bits);

  // The integer of an activation, and of a weight of an output channel of the layer; as float,
  // which is exact.
  float activation(float value) const { return integer(value, activation_step_); }
  float weight(float value, int channel) const { return integer(value, weight_step_[channel]); }

  // What a sum of products of integers stands for.
  double sum(double of_integers, int channel) const {
    return of_integers * (activation_step_ * weight_step_[channel]);
  }

 private:
  static float integer(float value, double step);

  double activation_step_ = 0;       // 0: all values are 0
  std::vector<double> weight_step_;  // [K]
};

}  // namespace peeksim
