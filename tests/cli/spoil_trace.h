// Changes a trace behind the back of its writer, as other people's programs and failing disks do.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace peeksim {

// Calls change(values) with all values of a f32 dataset, such as "layers/0000/ofmap".
void change_values(const std::string& path, const std::string& dataset,
                   const std::function<void(std::vector<float>& values)>& change);

// Overwrites integers of an attribute: change_attribute(path, "layers/0000", "stride", {2, 2}).
void change_attribute(const std::string& path, const std::string& group, const std::string& name,
                      const std::vector<std::int64_t>& values);

// Says that MACs of the network are not in the trace, and what does them.
void add_unrecorded(const std::string& path, std::int64_t macs, const std::string& names);

// Takes a dataset out of its group.
void remove_dataset(const std::string& path, const std::string& dataset);

// Flips one bit in the middle of a dataset's first stored chunk.
void flip_bit(const std::string& path, const std::string& dataset);

// A sound HDF5 file that is no trace.
void write_foreign_hdf5(const std::string& path);

}  // namespace peeksim
