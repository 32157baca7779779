// Lists the windows of a step for a dispatch policy: how many outputs each has, which is the same
// in all convolution groups and listed once, and which are live.
#pragma once

#include <vector>

#include "sim/config/machine.h"
#include "sim/schedule/dispatch.h"
#include "sim/schedule/plan.h"
#include "sim/skip/prediction.h"

namespace peeksim {

class WindowLists {
 public:
  // All arguments outlive the object.
  WindowLists(const Plan& plan, const Prediction& prediction, const MachineSpec& machine);

  // Of a step whose channels start at `first_channel` of the layer. Valid until the next call.
  const StepWindows& of(const Step& step, int first_channel);

 private:
  StepWindows list(const Block& block) const;
  void set_live(const Block& block, int first_channel, StepWindows& windows) const;

  const Plan& plan_;
  const Prediction& prediction_;
  const MachineSpec& machine_;
  std::vector<StepWindows> of_block_;  // by block; empty: not yet listed
};

}  // namespace peeksim
