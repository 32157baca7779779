// One tensor of a trace: a dataset of 32- or 16-bit floats or of scaled 8-bit integers whose shape,
// chunks and filters have been checked. Reads one image at a time as float and never returns a
// value that was not written: unwritten chunks, skipped filters, NaN and infinity are errors.
#pragma once

#include <string>
#include <vector>

#include "sim/trace/hdf5.h"

namespace peeksim::hdf5 {

class TensorDataset {
 public:
  // The dataset `name` of a layer's group. `shape` is that of one image; `images` > 0 when the
  // dataset has images as its first dimension and is chunked per image, else 0.
  // Throws Error(trace): missing, wrong type, shape, chunks or filters.
  TensorDataset(const Object& group, const std::string& name, const std::vector<hsize_t>& shape,
                int images);

  const std::string& type() const { return type_; }  // "f32", "f16" or "i8"
  bool checksummed() const { return checksummed_; }

  // Throws Error(trace) unless every image was written. Visits the whole index of the chunks.
  void require_complete() const;

  // The values of one image in row-major order, as float. Throws Error(trace).
  void read(int image, std::vector<float>& values) const;

 private:
  void check_shape(const std::vector<hsize_t>& expected);
  void find_type();
  void check_storage();
  hsize_t require_written(int image) const;  // the bytes it takes in the file
  void require_filters(int image) const;
  std::vector<hsize_t> chunk_offset(int image) const;
  void read_raw(int image, hid_t memory_type, void* buffer) const;
  std::string place(int image) const;

  Object dataset_;
  std::vector<hsize_t> shape_;  // of one image
  int images_;
  std::size_t count_ = 0;  // values of one image
  bool chunked_ = false;
  bool checksummed_ = false;
  float scale_ = 1;
  std::string type_;
};

}  // namespace peeksim::hdf5
