// Undoes what HDF5's filters did to a chunk, as HDF5 itself does, in half the time: shuffle, gzip
// and Fletcher-32, each or none of them, in this order. What it does not understand, other filters
// and damaged chunks, it leaves to HDF5.
#pragma once

#include <hdf5.h>

#include <cstddef>

namespace peeksim::hdf5 {

class ChunkFilters {
 public:
  ChunkFilters() = default;  // none
  // Those of a dataset's creation property list.
  explicit ChunkFilters(hid_t list);

  // The `bytes` of a chunk's values from the `stored` ones; false, and any values, when these
  // filters did not write it.
  bool undo(const char* chunk, std::size_t stored, char* values, std::size_t bytes) const;

 private:
  void add(H5Z_filter_t filter, unsigned first_value);
  bool inflate(const char* chunk, std::size_t stored, char* values, std::size_t bytes) const;

  bool known_ = true;
  std::size_t shuffled_ = 1;  // bytes of an element
  bool gzip_ = false;
  bool fletcher32_ = false;
};

}  // namespace peeksim::hdf5
