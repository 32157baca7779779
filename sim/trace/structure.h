// Reads a trace's structure: all attributes and shapes, no values.
#pragma once

#include "sim/trace/hdf5.h"
#include "sim/trace/tensor.h"
#include "sim/trace/trace.h"

namespace peeksim {

// The group of one layer; its messages name the layer. Throws Error(trace).
hdf5::Object open_layer(const hdf5::Object& file, std::size_t layer, const std::string& name);

// A layer's tensor in its group, checked. Throws Error(trace).
hdf5::TensorDataset open_tensor(const hdf5::Object& group, const TraceLayer& about,
                                TraceTensor tensor, int images);

// Checks every attribute, and the shape, type and filters of every dataset. Throws Error(trace)
// for the first contradiction.
TraceInfo read_structure(const hdf5::Object& file);

}  // namespace peeksim
