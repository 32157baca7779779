// Reads attributes and short lists of an HDF5 file, and checks their types and lengths.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/trace/hdf5.h"

namespace peeksim::hdf5 {

// Attributes. Throw Error(trace): missing, of another type, of another length.
std::vector<std::int64_t> read_integers(const Object& object, const std::string& name,
                                        std::size_t count);
std::vector<double> read_reals(const Object& object, const std::string& name,
                               std::size_t max_count);  // one number, or `max_count`
std::string read_string(const Object& object, const std::string& name);

// One-dimensional datasets of `count` elements. Throw Error(trace) as above.
std::vector<std::int64_t> read_integer_list(const Object& dataset, std::size_t count);
std::vector<std::string> read_string_list(const Object& dataset, std::size_t count);

}  // namespace peeksim::hdf5
