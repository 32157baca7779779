// One tensor of a trace: a dataset of 32- or 16-bit floats, of scaled 8- or 16-bit integers or of
// 32-bit integers whose shape, chunks and filters have been checked. Reads one image at a time and
// never returns a value that was not written: unwritten chunks, skipped checksums, NaN and infinity
// are errors.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/trace/chunk_filters.h"
#include "sim/trace/hdf5.h"

namespace peeksim::hdf5 {

// What a dataset's values may be.
struct Coding {
  std::vector<std::string> types;  // "f4", "f2", "i1", "i2" (these two with a scale) or "i4"
  bool arithmetic = false;         // it is @arithmetic that asks for these types
  bool scale_per_channel = false;  // one scale, or one for each index of the first dimension
  bool zero_point = false;         // i1 may have one
};

class TensorDataset {
 public:
  // The dataset `name` of a layer's group. `shape` is that of one image; `images` > 0 when the
  // dataset has images as its first dimension and is chunked per image, else 0.
  // Throws Error(trace): missing, wrong type, shape, chunks or filters.
  TensorDataset(const Object& group, const std::string& name, const std::vector<hsize_t>& shape,
                int images, const Coding& coding);

  const std::string& type() const { return type_; }  // "f32", "f16", "i8", "i16" or "i32"
  const std::vector<float>& scales() const { return scales_; }  // of i8 and i16
  int zero_point() const { return zero_point_.value_or(0); }    // of i8
  bool checksummed() const { return checksummed_; }

  // Throws Error(trace) when the dataset has what this version of the format does not have.
  void require_version(int version) const;

  // Throws Error(trace) unless every image was written. Visits the whole index of the chunks.
  void require_complete() const;

  // The values of one image in row-major order, as float. REQUIRES: not i32. Throws Error(trace).
  void read(int image, std::vector<float>& values) const;

  // The stored integers less their zero point. REQUIRES: i8, i16 or i32. Throws Error(trace).
  void read_integers(int image, std::vector<std::int32_t>& values) const;

 private:
  void check_shape(const std::vector<hsize_t>& expected);
  void find_type(const Coding& coding);
  void read_zero_point(bool allowed);
  void read_scales(std::size_t max_count);
  void check_storage();
  hsize_t require_written(int image) const;  // returns the bytes that it takes in the file
  std::vector<hsize_t> chunk_offset(int image) const;
  // Reads the values of an image, `bytes` in memory, as `memory_type`.
  void read_raw(int image, hid_t memory_type, void* buffer, std::size_t bytes) const;
  bool read_chunk(int image, hid_t memory_type, char* values, std::size_t bytes) const;
  void read_with_hdf5(int image, hid_t memory_type, void* buffer) const;
  std::string place(int image) const;

  Object dataset_;
  std::vector<hsize_t> shape_;  // of one image
  int images_;
  std::size_t count_ = 0;  // values of one image
  bool chunked_ = false;
  bool checksummed_ = false;
  ChunkFilters filters_;
  std::vector<float> scales_;      // of i8 and i16
  std::optional<int> zero_point_;  // none: the dataset has no such attribute
  std::string type_;
};

}  // namespace peeksim::hdf5
