// What a run would tell an engine of the ifmap.
#pragma once

#include "sim/engine/job.h"
#include "sim/skip/operands/zero_gating.h"

namespace peeksim {

// Weights [K,L] as engines read them: [groups,L,K/groups].
inline std::vector<float> weights_by_tap(const Layer& layer, const std::vector<float>& weight) {
  std::vector<float> by_tap;
  const int channels = layer.K / layer.groups;
  for (int group = 0; group < layer.groups; ++group)
    for (Count tap = 0; tap < layer.L(); ++tap)
      for (int k = 0; k < channels; ++k)
        by_tap.push_back(weight[(group * channels + k) * layer.L() + tap]);
  return by_tap;
}

// ifmap: [C,H,W]; empty: not known.
inline void tell_ifmap(const MachineSpec& machine, const Layer& layer,
                       const std::vector<float>& ifmap, LayerValues& values) {
  values.operands.ifmap = ifmap;
  const TapFate fate = fate_of_zero_taps(machine.array, !ifmap.empty());
  if (fate != TapFate::executed) values.zero_taps = zero_taps(layer, ifmap);
  if (fate == TapFate::skipped) values.live_taps = LiveTaps(layer, ifmap);
}

}  // namespace peeksim
