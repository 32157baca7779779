// Creates HDF5 files whose bytes depend on what is written alone: without the time of day.
#pragma once

#include <cstdint>
#include <string>

#include "sim/trace/hdf5.h"

namespace peeksim::hdf5 {

constexpr unsigned gzip_level = 4;

// A property list of that class whose objects keep no times.
Handle without_times(hid_t property_class);

// Of a text of so many bytes.
Handle text_type(std::size_t size);

// A new, empty file in the place of any other. Not valid: HDF5 cannot write there.
Handle create_file(const std::string& path);

// The properties of a dataset in chunks of that shape: compressed, with checksums.
Handle compressed_chunks(const std::vector<hsize_t>& chunk);

// Whether the attribute could be written.
bool write_text(hid_t object, const char* name, std::string value);
bool write_integer(hid_t object, const char* name, std::int64_t value);

}  // namespace peeksim::hdf5
