// Names, shapes and limits of the trace format, for its reader and its writer.
#pragma once

#include <hdf5.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/trace/trace.h"

namespace peeksim {

constexpr const char* trace_format = "peeksim-trace";
constexpr int trace_version = 2;    // the latest; earlier ones are read too
constexpr int written_version = 1;  // TraceWriter writes nothing that needs a later one
constexpr int max_layers = 10000;   // four digits
// Of one image of one tensor: 1 GiB as float.
constexpr hsize_t max_image_values = hsize_t{1} << 28;

constexpr std::int64_t max_unrecorded_macs = std::int64_t{1} << 53;

// How large an i1 integer can be, in magnitude, after its zero point is subtracted.
constexpr int max_i8_magnitude(int zero_point) {
  return std::max(128 + zero_point, 127 - zero_point);
}

std::string layer_group_name(std::size_t layer);  // "0007"
const char* dataset_name(TraceTensor tensor);

// The shape of one image of a tensor, or of the tensor when it has no images.
std::vector<hsize_t> tensor_shape(const Layer& layer, TraceTensor tensor);
bool has_images(TraceTensor tensor);

}  // namespace peeksim
