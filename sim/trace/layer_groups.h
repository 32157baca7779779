// Files beside a trace that hold something of layers: a group for each layer, named as the layer,
// with datasets whose names say what it is (docs/masks.md, docs/zap.md). A slash in a layer's name
// is a group in a group.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/trace/hdf5.h"

namespace peeksim::hdf5 {

// Calls `visit` with every group of the file that has one of the `datasets`, and its path without a
// slash at the beginning. Throws Error(trace): something else than groups beside them, more groups
// than a network has layers.
void visit_layer_groups(
    const Object& file, const std::vector<std::string>& datasets,
    const std::function<void(const Object& group, const std::string& path)>& visit);

}  // namespace peeksim::hdf5
