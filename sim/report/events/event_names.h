// Names of tensors and passes in files and on pages.
#pragma once

#include <array>

#include "sim/engine/events.h"

namespace peeksim {

inline constexpr std::array<const char*, 3> tensor_names = {"ifmap", "weight", "residual"};
inline constexpr std::array<const char*, 4> pass_names = {"dense", "peek", "neighbor", "lookahead"};

inline const char* name_of(Tensor tensor) {
  return tensor_names.at(static_cast<std::size_t>(tensor));
}

inline const char* name_of(Pass pass) {
  return pass_names.at(static_cast<std::size_t>(pass));
}

}  // namespace peeksim
