// The order of taps and the number of them that an output takes where it may be cut short, written
// from docs/machine.md section 2, "SnaPEA", output by output.
#pragma once

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "sim/operands/operands.h"
#include "sim/workload/layer.h"
#include "tests/support/layer_values.h"

namespace peeksim {

// How many taps are speculated.
inline int reference_speculated(int taps, int percent) {
  return static_cast<int>(std::ceil(taps * percent / 100.0));
}

// weights: of one channel, in the order of section 1. Places of the returned order hold taps.
inline std::vector<int> reference_order(const std::vector<float>& weights, int percent) {
  const int taps = static_cast<int>(weights.size());
  const int speculated = reference_speculated(taps, percent);
  std::vector<std::tuple<float, int>> by_magnitude, falling;
  for (int tap = 0; tap < taps; ++tap) by_magnitude.emplace_back(std::fabs(weights[tap]), tap);
  std::sort(by_magnitude.begin(), by_magnitude.end());
  std::vector<int> order;
  for (int i = 0; i < speculated; ++i)
    order.push_back(std::get<1>(by_magnitude[(i + 1) * taps / speculated - 1]));
  const auto is_new = [&](int tap) {
    return std::find(order.begin(), order.begin() + speculated, tap) == order.begin() + speculated;
  };
  std::vector<int> rest;
  for (int tap = 0; tap < taps; ++tap) {
    if (!is_new(tap)) continue;
    if (weights[tap] < 0)
      falling.emplace_back(weights[tap], tap);
    else
      rest.push_back(tap);
  }
  std::sort(falling.begin(), falling.end());
  for (const auto& [weight, tap] : falling) rest.push_back(tap);
  order.insert(order.end(), rest.begin(), rest.end());
  return order;
}

// The activation under a tap of an output, 0 for padding. ifmap: [C,H,W].
inline float reference_activation(const Layer& layer, const std::vector<float>& ifmap, int group,
                                  int p, int q, int tap) {
  const int c = tap / (layer.R * layer.S), r = tap / layer.S % layer.R, s = tap % layer.S;
  const int y = p * layer.stride_h - layer.pad_top + r * layer.dilation_h;
  const int x = q * layer.stride_w - layer.pad_left + s * layer.dilation_w;
  if (y < 0 || y >= layer.H || x < 0 || x >= layer.W) return 0;
  return ifmap[((group * (layer.C / layer.groups) + c) * layer.H + y) * layer.W + x];
}

struct ReferenceCut {
  std::vector<int> taps;  // [K,P,Q]
  std::vector<char> cut;  // [K,P,Q]
};

// weight: [K,L]. thresholds: [K]. Of 32-bit arithmetic.
inline ReferenceCut reference_cut(const Layer& layer, const Operands& operands,
                                  const std::vector<float>& weight,
                                  const std::vector<float>& thresholds, int percent) {
  ReferenceCut result;
  const int taps = static_cast<int>(layer.L());
  for (int k = 0; k < layer.K; ++k) {
    const std::vector<float> own(weight.begin() + k * taps, weight.begin() + (k + 1) * taps);
    const std::vector<int> order = reference_order(own, percent);
    for (int at = 0; at < layer.P() * layer.Q(); ++at) {
      double sum = 0;
      int n = 0;
      bool cut = false;
      while (n < taps && !cut) {
        const int tap = order[n++];
        sum += double{own[tap]} * reference_activation(layer, operands.ifmap,
                                                       k / (layer.K / layer.groups), at / layer.Q(),
                                                       at % layer.Q(), tap);
        const std::size_t output = result.taps.size();
        double value = sum + (operands.bias.empty() ? 0 : operands.bias[k]);
        value += operands.residual.empty() ? 0 : operands.residual[output];
        const auto so_far = static_cast<float>(value);
        const int speculated = reference_speculated(taps, percent);
        bool falls = n >= speculated;
        for (int place = n; place < taps; ++place) falls = falls && own[order[place]] < 0;
        cut = n < taps && ((n == speculated && so_far <= thresholds[k]) || (falls && so_far <= 0));
      }
      result.taps.push_back(n);
      result.cut.push_back(cut);
    }
  }
  return result;
}

}  // namespace peeksim
