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
  const int taps = static_cast<int>(layer.L()), channels = layer.K / layer.groups;
  const auto weight = [&](int tap) {
    return operands
        .weight[(Count{channel / channels} * taps + tap) * channels + channel % channels];
  };
  TapOrder order;
  std::vector<char> taken(taps);
  const auto take = [&](int tap) {
    order.taps.push_back(tap);
    taken[tap] = 1;
  };

  std::vector<int> sorted(taps);
  std::iota(sorted.begin(), sorted.end(), 0);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](int a, int b) { return std::abs(weight(a)) < std::abs(weight(b)); });
  order.speculated = static_cast<int>(ceil_div(Count{taps} * percent, 100));
  for (Count group = 1; group <= order.speculated; ++group)
    take(sorted[group * taps / order.speculated - 1]);

  for (int tap = 0; tap < taps; ++tap)
    if (!taken[tap] && weight(tap) >= 0) take(tap);
  order.rising = static_cast<int>(order.taps.size());

  std::vector<int> negative;
  for (int tap = 0; tap < taps; ++tap)
    if (!taken[tap]) negative.push_back(tap);
  std::stable_sort(negative.begin(), negative.end(),
                   [&](int a, int b) { return weight(a) < weight(b); });
  for (const int tap : negative) take(tap);
  return order;
}

}  // namespace peeksim
