// The half of sim/trace/tensor.h that checks what a dataset is; tensor_values.cpp reads it.
#include <algorithm>
#include <cmath>

#include "sim/trace/tensor.h"

namespace peeksim::hdf5 {

namespace {

// One image of one tensor: 1 GiB as float. Nothing is allocated for a shape before this is checked.
constexpr hsize_t most_values = hsize_t{1} << 28;

// Whether a file's float type is the IEEE one with these bit fields, in either byte order.
bool is_ieee(hid_t type, std::size_t size, std::size_t exponent_bits, std::size_t mantissa_bits) {
  std::size_t sign = 0, exponent_at = 0, exponent = 0, mantissa_at = 0, mantissa = 0;
  return H5Tget_size(type) == size &&
         H5Tget_fields(type, &sign, &exponent_at, &exponent, &mantissa_at, &mantissa) >= 0 &&
         exponent == exponent_bits && mantissa == mantissa_bits;
}

bool is_signed(hid_t type, std::size_t size) {
  return H5Tget_size(type) == size && H5Tget_sign(type) == H5T_SGN_2;
}

}  // namespace

TensorDataset::TensorDataset(const Object& group, const std::string& name,
                             const std::vector<hsize_t>& shape, int images, Coding coding)
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
  count_ = 1;
  for (const hsize_t size : shape_) {
    if (size > most_values || count_ * size > most_values) {
      dataset_.fail("one image has more than 2^28 values", "write a trace of a smaller layer");
    }
    count_ *= size;
  }
}

void TensorDataset::find_type(Coding coding) {
  const Handle type(H5Dget_type(dataset_.id), H5Tclose);
  if (!type.valid()) dataset_.fail_damaged("the dataset's type cannot be read");
  const H5T_class_t kind = H5Tget_class(type);
  if (kind == H5T_FLOAT && is_ieee(type, 4, 8, 23)) type_ = "f32";
  if (kind == H5T_FLOAT && is_ieee(type, 2, 5, 10)) type_ = "f16";
  if (kind == H5T_INTEGER && is_signed(type, 1)) type_ = "i8";
  if (kind == H5T_INTEGER && is_signed(type, 4)) type_ = "i32";
  const bool plain = coding == Coding::value;
  if (plain ? type_.empty() || type_ == "i32" : type_ != (coding == Coding::i32 ? "i32" : "i8")) {
    dataset_.fail(plain                   ? "the dataset's type is not f4, f2 or i1 (with @scale)"
                  : coding == Coding::i32 ? "the dataset's type is not i4, as @arithmetic asks for"
                                          : "the dataset's type is not i1 (with @scale), as "
                                            "@arithmetic asks for",
                  format_remedy);
  }
  if (type_ == "i8") read_scales(coding == Coding::i8_per_channel ? shape_[0] : 1);
}

void TensorDataset::read_scales(std::size_t most) {
  for (const double stored : read_reals(dataset_, "scale", most)) {
    const auto scale = static_cast<float>(stored);
    if (!std::isfinite(scale * 128) || scale <= 0) {
      dataset_.fail("attribute @scale is " + std::to_string(scale) + ", expected a positive number",
                    format_remedy);
    }
    scales_.push_back(scale);
  }
}

void TensorDataset::check_storage() {
  const Handle list(H5Dget_create_plist(dataset_.id), H5Pclose);
  if (!list.valid()) dataset_.fail_damaged("the dataset's layout cannot be read");
  const H5D_layout_t layout = H5Pget_layout(list);
  if (layout == H5D_VIRTUAL || H5Pget_external_count(list) > 0) {
    dataset_.fail("the values lie in another file", "a trace is one file");
  }
  chunked_ = layout == H5D_CHUNKED;
  if (!chunked_) return;

  const int filters = H5Pget_nfilters(list);
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0;
    std::size_t values = 0;
    char name[64] = "";
    const H5Z_filter_t filter = H5Pget_filter2(list, static_cast<unsigned>(i), &flags, &values,
                                               nullptr, sizeof name, name, nullptr);
    if (filter == H5Z_FILTER_FLETCHER32) checksummed_ = true;
    if (H5Zfilter_avail(filter) <= 0) {
      dataset_.fail("the filter '" + std::string(name) + "' (" + std::to_string(filter) +
                        ") is a plug-in that is not available",
                    "write the trace with compression=\"gzip\"");
    }
  }
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

}  // namespace peeksim::hdf5
