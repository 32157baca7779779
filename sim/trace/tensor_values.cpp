// The half of sim/trace/tensor.h that reads the values of a dataset found to be right.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "sim/trace/tensor.h"

namespace peeksim::hdf5 {

namespace {

// 1 for NaN and infinity, 0 for numbers. Without a branch, so that loops over it are vectorised.
std::uint32_t not_finite(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return (bits & 0x7f800000u) == 0x7f800000u;
}

// HDF5's own conversion takes ten times as long. Moving the bits to their places in a single leaves
// the exponent too small by 112, for subnormals as well; infinity and NaN stay what they are.
float half_to_float(std::uint16_t half) {
  const std::uint32_t magnitude = half & 0x7fffu;
  const std::uint32_t bits = magnitude << 13;
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  value *= 0x1p112f;
  std::uint32_t result = 0;
  std::memcpy(&result, &value, sizeof result);
  result |= magnitude >= 0x7c00u ? bits | 0x7f800000u : 0u;
  result |= (half & 0x8000u) << 16;
  std::memcpy(&value, &result, sizeof value);
  return value;
}

// "[k,p,q]" of a flat position.
std::string position_text(hsize_t flat, const std::vector<hsize_t>& shape) {
  std::vector<hsize_t> position(shape.size());
  for (std::size_t i = shape.size(); i-- > 0; flat /= shape[i]) position[i] = flat % shape[i];
  return shape_text(position);
}

}  // namespace

void TensorDataset::require_complete() const {
  for (int image = 0; image < std::max(images_, 1); ++image) require_written(image);
}

hsize_t TensorDataset::require_written(int image) const {
  hsize_t bytes = 0;
  if (chunked_ && images_ > 0) {
    const std::vector<hsize_t> offset = chunk_offset(image);
    if (H5Dget_chunk_storage_size(dataset_.id, offset.data(), &bytes) < 0) {
      const std::string why = reason();
      if (why.find("not allocated") == std::string::npos) {
        dataset_.fail(place(image) + "cannot be found (" + why + ")", damage_remedy);
      }
      bytes = 0;
    }
  } else {
    bytes = H5Dget_storage_size(dataset_.id);
  }
  if (bytes == 0) dataset_.fail(place(image) + "was never written", "write the trace again");
  hsize_t file_bytes = 0;
  const Handle file(H5Iget_file_id(dataset_.id), H5Fclose);
  if (H5Fget_filesize(file, &file_bytes) < 0 || bytes > file_bytes) {
    dataset_.fail(place(image) + "takes more bytes than the file has: the file is damaged",
                  damage_remedy);
  }
  return bytes;
}

// A chunk may say that some filters were not applied to it, its checksum among them; and where
// metadata has no checksum, it may say so by mistake.
void TensorDataset::require_filters(int image) const {
  const hsize_t bytes = require_written(image);
  if (!chunked_ || images_ == 0) return;
  std::vector<char> raw(bytes);
  std::uint32_t skipped = 0;
  if (H5Dread_chunk(dataset_.id, H5P_DEFAULT, chunk_offset(image).data(), &skipped, raw.data()) <
      0) {
    dataset_.fail_damaged(place(image) + "cannot be read");
  }
  if (skipped != 0) {
    dataset_.fail(place(image) + "was stored without its filters", "write the trace again");
  }
}

void TensorDataset::read_raw(int image, hid_t memory_type, void* buffer) const {
  const Handle file_space(H5Dget_space(dataset_.id), H5Sclose);
  std::vector<hsize_t> size = shape_;
  if (images_ > 0) {
    size.insert(size.begin(), 1);
    std::vector<hsize_t> start(size.size(), 0);
    start[0] = static_cast<hsize_t>(image);
    H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr);
  }
  const Handle memory_space(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr),
                            H5Sclose);
  if (H5Dread(dataset_.id, memory_type, memory_space, file_space, H5P_DEFAULT, buffer) >= 0) return;
  const std::string why = reason();
  if (why.find("checksum") != std::string::npos) {
    dataset_.fail(place(image) + "the checksum does not match: the file is damaged", damage_remedy);
  }
  dataset_.fail(place(image) + "cannot be read: the file is damaged (" + why + ")", damage_remedy);
}

void TensorDataset::read(int image, std::vector<float>& values) const {
  require_filters(image);
  values.resize(count_);
  if (type_ == "i8") {
    std::vector<std::int8_t> raw(count_);
    read_raw(image, H5T_NATIVE_INT8, raw.data());
    const std::size_t run = count_ / scales_.size();
    for (std::size_t i = 0; i < count_; i += run) {
      const float scale = scales_[i / run];
      for (std::size_t j = i; j < i + run; ++j) values[j] = static_cast<float>(raw[j]) * scale;
    }
    return;
  }
  if (type_ == "f16") {
    std::vector<std::uint16_t> raw(count_);
    read_raw(image, half_type(H5Tget_order(H5T_NATIVE_FLOAT)), raw.data());
    for (std::size_t i = 0; i < count_; ++i) values[i] = half_to_float(raw[i]);
  } else {
    read_raw(image, H5T_NATIVE_FLOAT, values.data());
  }
  std::uint32_t any_bad = 0;
  for (std::size_t i = 0; i < count_; ++i) any_bad |= not_finite(values[i]);
  if (any_bad == 0) return;
  std::size_t bad = 0;
  while (!not_finite(values[bad])) ++bad;
  dataset_.fail(place(image) + (std::isnan(values[bad]) ? "NaN" : "infinity") + " at " +
                    position_text(bad, shape_),
                "traces hold finite numbers: look for the cause where the trace was made");
}

void TensorDataset::read_integers(int image, std::vector<std::int32_t>& values) const {
  require_filters(image);
  values.resize(count_);
  read_raw(image, H5T_NATIVE_INT32, values.data());
}

std::vector<hsize_t> TensorDataset::chunk_offset(int image) const {
  std::vector<hsize_t> offset(shape_.size() + 1, 0);
  offset[0] = static_cast<hsize_t>(image);
  return offset;
}

std::string TensorDataset::place(int image) const {
  return images_ > 0 ? "image " + std::to_string(image) + ": " : "";
}

}  // namespace peeksim::hdf5
