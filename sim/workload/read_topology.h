// Reads SCALE-Sim's topology files, the field's most common list of layer shapes.
#pragma once

#include <string>
#include <vector>

#include "sim/workload/layer.h"

namespace peeksim {

// Reads a topology of convolutions ("Layer name, IFMAP Height, ...") or of matrix products
// ("Layer, M, N, K"); the header tells which. Ifmap sizes include the padding, and a partial last
// stride is dropped; a column of paddings adds to that. A layer with "DP" in its name, or a column
// Depthwise that says so, is depthwise. Repeated names get a number. Throws Error(config) with the
// line: a batch or a sparsity that is not neutral, a layout file, other separators than commas
// (docs/workloads.md).
std::vector<Layer> read_topology(const std::string& path);

}  // namespace peeksim
