#include "sim/operands/tap_order.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace peeksim {

bool may_cut_short(const Operands& operands) {
  return std::none_of(operands.ifmap.begin(), operands.ifmap.end(),
                      [](float value) { return value < 0; });
}

TapOrder tap_order(const Layer& layer, const Operands& operands, int channel, int percent) {
  const std::vector<float> weight = operands.filter(layer, channel);
  const int taps = static_cast<int>(weight.size());
  TapOrder order;
  std::vector<char> taken(taps);
  const auto take = [&](int tap) {
    order.taps.push_back(tap);
    order.weights.push_back(weight[tap]);
    taken[tap] = 1;
  };

  order.speculated = static_cast<int>(ceil_div(Count{taps} * percent, 100));
  if (order.speculated > 0) {
    std::vector<int> sorted(taps);
    std::iota(sorted.begin(), sorted.end(), 0);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [&](int a, int b) { return std::abs(weight[a]) < std::abs(weight[b]); });
    for (Count group = 1; group <= order.speculated; ++group)
      take(sorted[group * taps / order.speculated - 1]);
  }

  std::vector<int> negative;
  for (int tap = 0; tap < taps; ++tap) {
    if (taken[tap]) continue;
    if (weight[tap] >= 0)
      take(tap);
    else
      negative.push_back(tap);
  }
  order.rising = static_cast<int>(order.taps.size());
  std::stable_sort(negative.begin(), negative.end(),
                   [&](int a, int b) { return weight[a] < weight[b]; });
  for (const int tap : negative) take(tap);
  return order;
}

std::vector<TapOrder> tap_orders(const Layer& layer, const Operands& operands, int percent) {
  std::vector<TapOrder> orders;
  for (int k = 0; k < layer.K; ++k) orders.push_back(tap_order(layer, operands, k, percent));
  return orders;
}

}  // namespace peeksim
