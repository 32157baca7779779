// Changes to a sound HDF5 file in memory, made through HDF5 as the input of a fuzz target says:
// attributes and datasets of any type and shape, links anywhere. Damaged files crash HDF5 itself,
// which the program survives by reading them in a child first (sim/trace/rehearsal.h), and which
// would stop a fuzzer at once; so all files are sound for HDF5, and whether they are what they
// should be is for the reader to say.
#pragma once

#include <fuzzer/FuzzedDataProvider.h>
#include <hdf5.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/trace/hdf5.h"

namespace peeksim {

using hdf5::Handle;

// What the changes may name, and the shapes of datasets.
struct ChangeNames {
  std::vector<const char*> objects, attributes, words;
  std::vector<std::vector<hsize_t>> shapes;
};

class Hdf5Changes {
 public:
  // names: REQUIRES that its third shape has one extent.
  Hdf5Changes(const ChangeNames& names, const std::string& bytes)
      : names_(names),
        choices_(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()) {}

  // Until the bytes are used up.
  void apply(hid_t file) {
    while (choices_.remaining_bytes() > 0)
      choices_.ConsumeBool() ? set_attribute(file) : set_link(file);
  }

 private:
  static constexpr hsize_t max_bytes = 1 << 17;  // written at most: larger datasets have no values

  template <class T, std::size_t n>
  T one_of(const T (&values)[n]) {
    return choices_.PickValueInArray(values);
  }
  template <class T>
  const T& one_of(const std::vector<T>& values) {
    return values[choices_.ConsumeIntegralInRange<std::size_t>(0, values.size() - 1)];
  }

  Handle text_type() {
    Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type,
                choices_.ConsumeBool() ? H5T_VARIABLE : choices_.ConsumeIntegralInRange(1, 70000));
    H5Tset_strpad(type, one_of({H5T_STR_NULLTERM, H5T_STR_NULLPAD, H5T_STR_SPACEPAD}));
    return type;
  }

  Handle any_type() {
    switch (choices_.ConsumeIntegralInRange(0, 9)) {
      case 0:
        return text_type();
      case 1:
        return hdf5::half_type(one_of({H5T_ORDER_LE, H5T_ORDER_BE}));
      case 2:
        return {H5Tarray_create2(H5T_NATIVE_INT, 1, &names_.shapes[2][0]), H5Tclose};
      case 3:
        return {H5Tvlen_create(H5T_NATIVE_INT), H5Tclose};
      case 4:
        return {H5Tcreate(H5T_COMPOUND, 8), H5Tclose};
      case 5:
        return {H5Tenum_create(H5T_NATIVE_INT8), H5Tclose};
      case 6:
        return {H5Tcreate(H5T_OPAQUE, 4), H5Tclose};
      default:
        return {H5Tcopy(one_of({H5T_STD_I8LE, H5T_STD_I16BE, H5T_STD_I32LE, H5T_STD_U32LE,
                                H5T_STD_I64LE, H5T_STD_U64BE, H5T_IEEE_F32LE, H5T_IEEE_F32BE,
                                H5T_IEEE_F64LE, H5T_STD_B8LE, H5T_STD_REF_OBJ})),
                H5Tclose};
    }
  }

  std::vector<hsize_t> any_shape() {
    if (choices_.ConsumeBool())
      return names_
          .shapes[choices_.ConsumeIntegralInRange<std::size_t>(0, names_.shapes.size() - 1)];
    std::vector<hsize_t> shape;
    while (shape.size() < 5 && choices_.ConsumeBool())
      shape.push_back(choices_.ConsumeIntegralInRange<hsize_t>(0, 300));
    return shape;
  }

  Handle space_of(const std::vector<hsize_t>& shape) {
    if (shape.empty()) return {H5Screate(H5S_SCALAR), H5Sclose};
    return {H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose};
  }

  // Values in memory, as the type has them: texts, small numbers, or bytes of the input.
  std::vector<char> any_values(hid_t type, std::size_t count) {
    std::vector<char> values(count * H5Tget_size(type));
    if (H5Tis_variable_str(type) > 0) {
      for (std::size_t i = 0; i < count; ++i) {
        const char* const word = one_of(names_.words);
        std::copy_n(reinterpret_cast<const char*>(&word), sizeof word, &values[i * sizeof word]);
      }
    } else if (H5Tget_class(type) == H5T_STRING) {
      const std::string word = one_of(names_.words);
      std::copy_n(word.begin(), std::min(word.size(), values.size()), values.begin());
    } else if (choices_.ConsumeBool()) {
      const std::string bytes =
          choices_.ConsumeBytesAsString(std::min<std::size_t>(values.size(), 64));
      std::copy(bytes.begin(), bytes.end(), values.begin());
    } else {  // as integers of the machine's byte order
      const std::size_t size = H5Tget_size(type);
      for (std::size_t at = 0; at < values.size(); at += size)
        values[at] = choices_.ConsumeIntegralInRange<char>(-2, 8);
    }
    return values;
  }

  hsize_t count_of(const std::vector<hsize_t>& shape) {
    hsize_t count = 1;
    for (const hsize_t size : shape) count *= size;
    return count;
  }

  // Whether values can be given as plain bytes, and are few.
  bool can_write(hid_t type, const std::vector<hsize_t>& shape) {
    if (count_of(shape) * H5Tget_size(type) > max_bytes) return false;
    return H5Tis_variable_str(type) > 0 ||
           (H5Tdetect_class(type, H5T_VLEN) == 0 && H5Tdetect_class(type, H5T_REFERENCE) == 0 &&
            H5Tget_class(type) != H5T_COMPOUND);
  }

  void set_attribute(hid_t file) {
    const char* const object = one_of(names_.objects);
    const char* const name = one_of(names_.attributes);
    const Handle there(H5Oopen(file, object, H5P_DEFAULT), H5Oclose);
    if (!there.valid()) return;
    H5Adelete(there, name);
    if (choices_.ConsumeIntegralInRange(0, 7) == 0) return;
    const Handle type = any_type();
    const std::vector<hsize_t> shape = any_shape();
    if (count_of(shape) * H5Tget_size(type) > max_bytes) return;  // attributes are small
    const Handle space = choices_.ConsumeIntegralInRange(0, 15) == 0
                             ? Handle(H5Screate(H5S_NULL), H5Sclose)
                             : space_of(shape);
    const Handle made(H5Acreate2(there, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    if (made.valid() && can_write(type, shape))
      H5Awrite(made, type, any_values(type, count_of(shape)).data());
  }

  Handle any_layout(const std::vector<hsize_t>& shape) {
    Handle list(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    if (shape.empty() || !choices_.ConsumeBool()) return list;
    std::vector<hsize_t> chunk = shape;
    chunk[0] = 1;
    if (choices_.ConsumeIntegralInRange(0, 3) == 0)
      chunk.back() = choices_.ConsumeIntegralInRange(1, 9);
    H5Pset_chunk(list, static_cast<int>(chunk.size()), chunk.data());
    if (choices_.ConsumeBool()) H5Pset_shuffle(list);
    if (choices_.ConsumeBool()) H5Pset_deflate(list, 4);
    if (choices_.ConsumeBool()) H5Pset_fletcher32(list);
    return list;
  }

  void set_dataset(hid_t file, const char* name) {
    const Handle type = any_type();
    const std::vector<hsize_t> shape = any_shape();
    const Handle space = space_of(shape);
    const Handle list = any_layout(shape);
    const Handle made(H5Dcreate2(file, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT),
                      H5Dclose);
    if (!made.valid() || !can_write(type, shape)) return;
    if (choices_.ConsumeIntegralInRange(0, 7) > 0)
      H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, any_values(type, count_of(shape)).data());
  }

  // HDF5 1.10 crashes after it has deleted a group that holds a link to the root.
  void link_hard(hid_t file, const char* name) {
    const char* const target = one_of(names_.objects);
    if (std::string(target) != "/")
      H5Lcreate_hard(file, target, file, name, H5P_DEFAULT, H5P_DEFAULT);
  }

  void set_link(hid_t file) {
    const char* const name = one_of(names_.objects);
    if (std::string(name) == "/") return;
    H5Ldelete(file, name, H5P_DEFAULT);
    switch (choices_.ConsumeIntegralInRange(0, 7)) {
      case 0:
        break;
      case 1:
        Handle(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
        break;
      case 2:
        H5Lcreate_soft(one_of(names_.objects), file, name, H5P_DEFAULT, H5P_DEFAULT);
        break;
      case 3:
        link_hard(file, name);
        break;
      default:
        set_dataset(file, name);
    }
  }

  const ChangeNames& names_;
  FuzzedDataProvider choices_;
};

// A file that exists in memory only.
inline hdf5::Object open_in_memory(std::string image) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_core(access, 1 << 16, false);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  H5Pset_file_image(access, image.data(), image.size());
  return {Handle(H5Fopen("file.h5", H5F_ACC_RDWR, access), H5Fclose), {"file.h5", 0, ""}};
}

}  // namespace peeksim
