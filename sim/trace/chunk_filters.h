// Undoes HDF5's filters on a chunk in half the time that HDF5 takes: shuffle, gzip and Fletcher-32,
// any of them, in this order. Other filters and damaged chunks are left to HDF5.
#pragma once

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace peeksim::hdf5 {

class ChunkFilters {
 public:
  ChunkFilters() = default;  // none
  // The filters of a dataset's creation property list.
  explicit ChunkFilters(hid_t list);

  // Turns the `stored` bytes of a chunk into `bytes` bytes of values. False, with undefined values,
  // when the chunk was not written with these filters.
  bool undo(const char* chunk, std::size_t stored, char* values, std::size_t bytes) const;

  // Whether HDF5 may have stored a chunk of `bytes` bytes of values in `stored` bytes without the
  // filters in the mask `skipped` (bit 0: the first filter). It leaves out an optional filter that
  // cannot make a chunk smaller; the checksum never.
  bool may_skip(std::uint32_t skipped, std::size_t stored, std::size_t bytes) const;

 private:
  struct Filter {
    H5Z_filter_t id;
    bool optional;
  };

  void add(H5Z_filter_t filter, unsigned first_value);
  bool inflate(const char* chunk, std::size_t stored, char* values, std::size_t bytes) const;

  std::vector<Filter> filters_;  // in the order in which they were applied
  bool known_ = true;
  std::size_t shuffled_ = 1;  // bytes of an element
  bool gzip_ = false;
  bool fletcher32_ = false;
};

}  // namespace peeksim::hdf5
