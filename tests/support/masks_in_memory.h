// Masks without a file: the same decisions for every layer and image.
#pragma once

#include <memory>
#include <utility>

#include "sim/config/machine.h"

namespace peeksim {

class MasksInMemory : public Masks {
 public:
  explicit MasksInMemory(Decisions made) : made_(std::move(made)) {}
  bool has(const std::string&) const override { return true; }
  Decisions read(const std::string&, int) const override { return made_; }

 private:
  const Decisions made_;
};

inline void use_masks(MachineSpec& machine, Masks::Decisions made) {
  machine.prediction.policy = "mask";
  machine.prediction.masks_file = "in memory";
  machine.prediction.masks = std::make_shared<MasksInMemory>(std::move(made));
}

}  // namespace peeksim
