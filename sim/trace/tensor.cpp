#include "sim/trace/tensor.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "sim/trace/hdf5_values.h"
#include "sim/trace/layout.h"
#include "sim/trace/tensor_values.h"

namespace peeksim::hdf5 {

namespace {

// Whether a file's float type is the IEEE one with these bit fields, in either byte order.
bool is_ieee(hid_t type, std::size_t size, std::size_t exponent_bits, std::size_t mantissa_bits) {
  std::size_t sign = 0, exponent_at = 0, exponent = 0, mantissa_at = 0, mantissa = 0;
  return H5Tget_size(type) == size &&
         H5Tget_fields(type, &sign, &exponent_at, &exponent, &mantissa_at, &mantissa) >= 0 &&
         exponent == exponent_bits && mantissa == mantissa_bits;
}

// The name in docs/trace-format.md of a dataset's type: "f4", "i2"; "": it has none.
std::string format_type(hid_t type) {
  const H5T_class_t kind = H5Tget_class(type);
  const std::size_t bytes = H5Tget_size(type);
  if (kind == H5T_FLOAT && (is_ieee(type, 4, 8, 23) || is_ieee(type, 2, 5, 10)))
    return "f" + std::to_string(bytes);
  const bool width = bytes == 1 || bytes == 2 || bytes == 4;
  if (kind == H5T_INTEGER && width && H5Tget_sign(type) == H5T_SGN_2)
    return "i" + std::to_string(bytes);
  return "";
}

// "f4, f2 or i1 (with @scale)"
std::string expected_text(const Coding& coding) {
  std::string text = coding.types[0];
  for (std::size_t i = 1; i < coding.types.size(); ++i)
    text += (i + 1 < coding.types.size() ? ", " : " or ") + coding.types[i];
  if (coding.types.back() != "i4") text += " (with @scale)";
  return text + (coding.arithmetic ? ", as @arithmetic asks for" : "");
}

// Builds of HDF5 have szip, have none of it, or, by its licence, only its decoder.
bool can_decode(H5Z_filter_t filter) {
  unsigned config = 0;
  return H5Zfilter_avail(filter) > 0 && H5Zget_filter_info(filter, &config) >= 0 &&
         (config & H5Z_FILTER_CONFIG_DECODE_ENABLED) != 0;
}

// HDF5 calls it for a filter that cannot be undone; not every release says in its error which.
H5Z_cb_return_t note_filter(H5Z_filter_t filter, void*, std::size_t, void* failed) {
  *static_cast<H5Z_filter_t*>(failed) = filter;
  return H5Z_CB_FAIL;
}

// "[k,p,q]" of a flat position.
std::string position_text(hsize_t flat, const std::vector<hsize_t>& shape) {
  std::vector<hsize_t> position(shape.size());
  for (std::size_t i = shape.size(); i-- > 0; flat /= shape[i]) position[i] = flat % shape[i];
  return shape_text(position);
}

}  // namespace

TensorDataset::TensorDataset(const Object& group, const std::string& name,
                             const std::vector<hsize_t>& shape, int images, const Coding& coding)
    : dataset_(open_dataset(group, name)), shape_(shape), images_(images) {
  std::vector<hsize_t> expected = shape;
  if (images_ > 0) expected.insert(expected.begin(), static_cast<hsize_t>(images_));
  check_shape(expected);
  find_type(coding);
  check_storage();
}

void TensorDataset::check_shape(const std::vector<hsize_t>& expected) {
  const std::vector<hsize_t> found = shape_of(dataset_);
  if (found != expected) {
    dataset_.fail("the dataset's shape is " + shape_text(found) + ", but the attributes say " +
                      shape_text(expected),
                  "correct the one that is wrong");
  }
  count_ = 1;  // nothing is allocated for a shape before this is checked
  for (const hsize_t size : shape_) {
    if (size > max_image_values || count_ * size > max_image_values) {
      dataset_.fail("one image has more than 2^28 values", "write a trace of a smaller layer");
    }
    count_ *= size;
  }
}

void TensorDataset::find_type(const Coding& coding) {
  const Handle type(H5Dget_type(dataset_.id), H5Tclose);
  if (!type.valid()) dataset_.fail_damaged("the dataset's type cannot be read");
  const std::string found = format_type(type);
  if (std::find(coding.types.begin(), coding.types.end(), found) == coding.types.end()) {
    dataset_.fail("the dataset's type is not " + expected_text(coding),
                  found == "i2" ? "only the ofmap of a layer whose @arithmetic is 'i8' may be i2"
                                : format_remedy);
  }
  type_ = found[0] + std::to_string(8 * H5Tget_size(type));
  read_zero_point(coding.zero_point && type_ == "i8");
  if (type_ == "i8" || type_ == "i16") read_scales(coding.scale_per_channel ? shape_[0] : 1);
}

void TensorDataset::read_zero_point(bool allowed) {
  if (!has_attribute(dataset_, "zero_point")) return;
  if (!allowed)
    dataset_.fail("has an attribute @zero_point, which only an ifmap and a residual of i1 may have",
                  "remove it, and subtract it from the values that are stored");
  const std::int64_t found = peeksim::hdf5::read_integers(dataset_, "zero_point", 1)[0];
  if (found < -128 || found > 127) {
    dataset_.fail("attribute @zero_point is " + std::to_string(found) + ", expected -128 to 127",
                  "store uint8 values as i1, less 128, and their zero point less 128");
  }
  zero_point_ = static_cast<int>(found);
}

void TensorDataset::read_scales(std::size_t max_count) {
  const int max_magnitude = type_ == "i16" ? 32768 : max_i8_magnitude(zero_point());
  for (const double stored : read_reals(dataset_, "scale", max_count)) {
    const auto scale = static_cast<float>(stored);
    if (!std::isfinite(scale * static_cast<float>(max_magnitude)) || scale <= 0) {
      dataset_.fail("attribute @scale is " + std::to_string(scale) + ", expected a positive number",
                    format_remedy);
    }
    scales_.push_back(scale);
  }
}

void TensorDataset::check_storage() {
  const Handle list(H5Dget_create_plist(dataset_.id), H5Pclose);
  if (!list.valid()) dataset_.fail_damaged("the dataset's layout cannot be read");
  chunked_ = H5Pget_layout(list) == H5D_CHUNKED;
  if (!chunked_) return;

  const int filters = H5Pget_nfilters(list);
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0;
    std::size_t values = 0;
    char name[64] = "";
    const H5Z_filter_t filter = H5Pget_filter2(list, static_cast<unsigned>(i), &flags, &values,
                                               nullptr, sizeof name, name, nullptr);
    if (filter == H5Z_FILTER_FLETCHER32) checksummed_ = true;
    if (filter == H5Z_FILTER_SZIP && !can_decode(filter)) {
      dataset_.fail("is compressed with szip, which this HDF5 library cannot decode",
                    "write the trace with compression=\"gzip\"");
    }
    if (H5Zfilter_avail(filter) <= 0) {
      dataset_.fail("the filter '" + std::string(name) + "' (" + std::to_string(filter) +
                        ") is a plug-in that is not available",
                    "write the trace with compression=\"gzip\"");
    }
  }
  filters_ = ChunkFilters(list);
  if (images_ == 0) return;
  std::vector<hsize_t> expected = shape_;
  expected.insert(expected.begin(), 1);
  std::vector<hsize_t> chunk(expected.size());
  H5Pget_chunk(list, static_cast<int>(chunk.size()), chunk.data());
  if (chunk != expected) {
    dataset_.fail("the chunks have shape " + shape_text(chunk) + ", expected one image per chunk",
                  "create the dataset with chunks=" + shape_text(expected));
  }
}

void TensorDataset::require_version(int version) const {
  const auto need_2 = [this, version](const std::string& what) {
    dataset_.fail(
        what + " needs version 2 of the format, but @version is " + std::to_string(version),
        "write the root's @version as 2");
  };
  if (version >= 2) return;
  if (zero_point_) need_2("attribute @zero_point");
  if (type_ == "i16") need_2("the type i2");
}

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

void TensorDataset::read_raw(int image, hid_t memory_type, void* buffer, std::size_t bytes) const {
  if (!read_chunk(image, memory_type, static_cast<char*>(buffer), bytes))
    read_with_hdf5(image, memory_type, buffer);
}

// False when HDF5 has to convert the values, to undo other filters, or to report what is wrong with
// the chunk. A chunk is marked with the filters that it was stored without; where the metadata has
// no checksum, the mark itself may be damage.
bool TensorDataset::read_chunk(int image, hid_t memory_type, char* values,
                               std::size_t bytes) const {
  const hsize_t stored = require_written(image);
  if (!chunked_ || images_ == 0) return false;
  const std::unique_ptr<char[]> chunk(new char[stored]);
  std::uint32_t skipped = 0;
  if (H5Dread_chunk(dataset_.id, H5P_DEFAULT, chunk_offset(image).data(), &skipped, chunk.get()) <
      0) {
    dataset_.fail_damaged(place(image) + "cannot be read");
  }
  const Handle type(H5Dget_type(dataset_.id), H5Tclose);
  if (skipped != 0) {
    if (filters_.may_skip(skipped, stored, count_ * H5Tget_size(type))) return false;
    dataset_.fail(place(image) + "was stored without its filters", "write the trace again");
  }
  return H5Tequal(type, memory_type) > 0 && filters_.undo(chunk.get(), stored, values, bytes);
}

void TensorDataset::read_with_hdf5(int image, hid_t memory_type, void* buffer) const {
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
  const Handle transfer(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
  H5Z_filter_t failed = H5Z_FILTER_NONE;
  H5Pset_filter_callback(transfer, note_filter, &failed);
  if (H5Dread(dataset_.id, memory_type, memory_space, file_space, transfer, buffer) >= 0) return;
  const std::string why = reason();
  if (failed == H5Z_FILTER_FLETCHER32) {
    dataset_.fail(place(image) + "the checksum does not match: the file is damaged", damage_remedy);
  }
  dataset_.fail(place(image) + "cannot be read: the file is damaged (" + why + ")", damage_remedy);
}

void TensorDataset::read(int image, std::vector<float>& values) const {
  values.resize(count_);
  if (type_ == "i8") {
    const std::unique_ptr<std::int8_t[]> raw(new std::int8_t[count_]);
    read_raw(image, H5T_NATIVE_INT8, raw.get(), count_);
    return integers_to_floats(raw.get(), zero_point(), scales_, values);
  }
  if (type_ == "i16") {
    const std::unique_ptr<std::int16_t[]> raw(new std::int16_t[count_]);
    read_raw(image, H5T_NATIVE_INT16, raw.get(), 2 * count_);
    return integers_to_floats(raw.get(), scales_[0], values);
  }
  if (type_ == "f16") {
    const std::unique_ptr<std::uint16_t[]> raw(new std::uint16_t[count_]);
    read_raw(image, half_type(H5Tget_order(H5T_NATIVE_FLOAT)), raw.get(), 2 * count_);
    halves_to_floats(raw.get(), values);
  } else {
    read_raw(image, H5T_NATIVE_FLOAT, values.data(), 4 * count_);
  }
  const std::size_t bad = first_not_finite(values);
  if (bad == values.size()) return;
  dataset_.fail(place(image) + (std::isnan(values[bad]) ? "NaN" : "infinity") + " at " +
                    position_text(bad, shape_),
                "traces hold finite numbers: look for the cause where the trace was made");
}

void TensorDataset::read_integers(int image, std::vector<std::int32_t>& values) const {
  values.resize(count_);
  read_raw(image, H5T_NATIVE_INT32, values.data(), 4 * count_);
  if (zero_point() == 0) return;
  for (std::int32_t& value : values) value -= zero_point();
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
