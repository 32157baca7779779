// Callbacks of a long operation on a trace: its progress, and whether it should stop.
#pragma once

#include <functional>
#include <string>

#include "sim/base/error.h"

namespace peeksim {

struct Watch {
  // How far an operation is.
  struct Place {
    std::size_t layer, layers;
    const std::string& name;    // of the layer
    int image = 0, images = 0;  // of the layer; 0 images: not told
    double done = 0;            // estimated share of the work
  };

  // Called before each layer, and before each image by operations that tell images. Empty: not
  // called.
  std::function<void(const Place&)> progress;
  // Asked between tensors; true stops the operation. Empty: never.
  std::function<bool()> interrupted;

  void enter_layer(std::size_t layer, std::size_t layers, const std::string& name) const {
    enter({layer, layers, name});
  }
  void enter(const Place& place) const {
    if (progress) progress(place);
  }

  // Throws Error(interrupted).
  void check(const std::string& path) const {
    if (interrupted && interrupted()) {
      throw Error(ErrorKind::interrupted, path, "interrupted", "nothing was left half-written");
    }
  }
};

}  // namespace peeksim
