// Decisions that another program made for a trace: which outputs of each layer are computed first
// and which of the others are gated (docs/machine.md section 2, policy mask).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/units.h"

namespace peeksim {

class Masks {
 public:
  // Of a layer and an image; 0 or 1 each.
  struct Decisions {
    std::vector<std::uint8_t> first;  // [P,Q], of every channel
    std::vector<std::uint8_t> gated;  // [K,P,Q]; 0 where `first` is 1
  };

  virtual ~Masks() = default;

  virtual bool has(const std::string& layer) const = 0;
  // REQUIRES: has(layer). MACs of the predictor's own for an output that is not computed first.
  virtual Count decision_macs(const std::string& layer) const = 0;
  virtual Decisions read(const std::string& layer, int image) const = 0;
};

}  // namespace peeksim
