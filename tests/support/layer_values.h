// What a run would tell an engine of the ifmap.
#pragma once

#include "sim/engine/job.h"
#include "sim/skip/operands/zero_gating.h"

namespace peeksim {

// ifmap: [C,H,W]; empty: not known.
inline void tell_ifmap(const MachineSpec& machine, const Layer& layer,
                       const std::vector<float>& ifmap, LayerValues& values) {
  values.operands.ifmap = ifmap;
  const TapFate fate = fate_of_zero_taps(machine.array, !ifmap.empty());
  if (fate != TapFate::executed) values.zero_taps = zero_taps(layer, ifmap);
  if (fate == TapFate::skipped) values.live_taps = LiveTaps(layer, ifmap);
}

}  // namespace peeksim
