// Masks without a file: the same decisions for every layer and image.
#pragma once

#include <memory>
#include <utility>

#include "sim/config/machine.h"

namespace peeksim {

class MasksInMemory : public Masks {
 public:
  explicit MasksInMemory(Decisions made, Count decision_macs = 0)
      : made_(std::move(made)), decision_macs_(decision_macs) {}
  bool has(const std::string&) const override { return true; }
  Count decision_macs(const std::string&) const override { return decision_macs_; }
  Decisions read(const std::string&, int) const override { return made_; }

 private:
  const Decisions made_;
  const Count decision_macs_;
};

inline void use_masks(MachineSpec& machine, Masks::Decisions made, Count decision_macs = 0) {
  machine.prediction.policy = "mask";
  machine.prediction.masks_file = "in memory";
  machine.prediction.masks = std::make_shared<MasksInMemory>(std::move(made), decision_macs);
}

}  // namespace peeksim
