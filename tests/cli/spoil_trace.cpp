#include "tests/cli/spoil_trace.h"

#include <doctest/doctest.h>
#include <hdf5.h>

#include <fstream>

namespace peeksim {

void change_values(const std::string& path, const std::string& dataset,
                   const std::function<void(std::vector<float>& values)>& change) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t set = H5Dopen2(file, dataset.c_str(), H5P_DEFAULT);
  REQUIRE(set >= 0);
  const hid_t space = H5Dget_space(set);
  std::vector<float> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  REQUIRE(H5Dread(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  change(values);
  REQUIRE(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  H5Sclose(space);
  H5Dclose(set);
  REQUIRE(H5Fclose(file) >= 0);
}

void change_attribute(const std::string& path, const std::string& group, const std::string& name,
                      const std::vector<std::int64_t>& values) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t object = H5Oopen(file, group.c_str(), H5P_DEFAULT);
  const hid_t attribute = H5Aopen(object, name.c_str(), H5P_DEFAULT);
  REQUIRE(attribute >= 0);
  const hid_t space = H5Aget_space(attribute);
  REQUIRE(H5Sget_simple_extent_npoints(space) == static_cast<hssize_t>(values.size()));
  REQUIRE(H5Awrite(attribute, H5T_NATIVE_INT64, values.data()) >= 0);
  H5Sclose(space);
  H5Aclose(attribute);
  H5Oclose(object);
  REQUIRE(H5Fclose(file) >= 0);
}

void add_unrecorded(const std::string& path, std::int64_t macs, const std::string& names) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t text = H5Tcopy(H5T_C_S1);
  H5Tset_size(text, names.size());
  const auto add = [&](const char* name, hid_t type, hid_t memory_type, const void* value) {
    const hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    REQUIRE(H5Awrite(attribute, memory_type, value) >= 0);
    H5Aclose(attribute);
  };
  add("unrecorded_macs", H5T_STD_I64LE, H5T_NATIVE_INT64, &macs);
  add("unrecorded", text, text, names.data());
  H5Tclose(text);
  H5Sclose(space);
  REQUIRE(H5Fclose(file) >= 0);
}

void remove_dataset(const std::string& path, const std::string& dataset) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  REQUIRE(H5Ldelete(file, dataset.c_str(), H5P_DEFAULT) >= 0);
  REQUIRE(H5Fclose(file) >= 0);
}

void flip_bit(const std::string& path, const std::string& dataset) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t set = H5Dopen2(file, dataset.c_str(), H5P_DEFAULT);
  REQUIRE(set >= 0);
  const hid_t space = H5Dget_space(set);
  haddr_t address = 0;
  hsize_t size = 0;
  hsize_t offset[8];
  unsigned filters = 0;
  REQUIRE(H5Dget_chunk_info(set, space, 0, offset, &filters, &address, &size) >= 0);
  H5Sclose(space);
  H5Dclose(set);
  REQUIRE(H5Fclose(file) >= 0);
  std::fstream bytes(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto place = static_cast<std::streamoff>(address + size / 2);
  bytes.seekg(place);
  const int byte = bytes.get();
  bytes.seekp(place);
  bytes.put(static_cast<char>(byte ^ 1));
  REQUIRE(bytes.flush().good());
}

void write_foreign_hdf5(const std::string& path) {
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t group = H5Gcreate2(file, "model_weights", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Gclose(group);
  REQUIRE(H5Fclose(file) >= 0);
}

}  // namespace peeksim
