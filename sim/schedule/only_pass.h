// The one pass of a step that has no neighbor pass: dense, or with outputs that are interpolated or
// cut short (docs/machine.md sections 4 and 5).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/config/machine.h"
#include "sim/schedule/plan.h"
#include "sim/schedule/tap_counter.h"
#include "sim/schedule/tile.h"
#include "sim/skip/prediction.h"

namespace peeksim {

class OnlyPass {
 public:
  // All arguments outlive the object.
  OnlyPass(const Plan& plan, const Prediction& prediction, const MachineSpec& machine)
      : plan_(plan), prediction_(prediction), machine_(machine) {}

  // Appends the tiles of a step whose channels start at `first_channel` of the layer; and, where
  // every PE takes taps of its own, those of their chunks.
  void cut(const Step& step, int first_channel, std::vector<Tile>& tiles,
           std::vector<ChunkTaps>& taps) const;

 private:
  void cut_interpolated(const Step& step, std::vector<Tile>& tiles) const;
  void cut_short(const Step& step, int first_channel, std::vector<Tile>& tiles,
                 std::vector<ChunkTaps>& taps) const;
  ChunkTaps in_lock_step(const int* positions, int count, const std::int32_t* taps_of, int channels,
                         Count first, Count taps) const;
  ChunkTaps alone(const std::vector<int>& positions, const std::int32_t* taps_of,
                  int channels) const;

  const Plan& plan_;
  const Prediction& prediction_;
  const MachineSpec& machine_;
};

}  // namespace peeksim
