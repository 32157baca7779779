// How a long operation on a trace tells where it is, and learns that it should stop.
#pragma once

#include <functional>
#include <string>

#include "sim/base/error.h"

namespace peeksim {

struct Watch {
  // Called before each layer. Empty: nobody listens.
  std::function<void(std::size_t layer, std::size_t layers, const std::string& name)> progress;
  // Asked between tensors; true stops the operation. Empty: never.
  std::function<bool()> interrupted;

  void enter_layer(std::size_t layer, std::size_t layers, const std::string& name) const {
    if (progress) progress(layer, layers, name);
  }

  // Throws Error(interrupted).
  void check(const std::string& path) const {
    if (interrupted && interrupted()) {
      throw Error(ErrorKind::interrupted, path, "interrupted", "nothing was left half-written");
    }
  }
};

}  // namespace peeksim
