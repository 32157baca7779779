#include "sim/trace/hdf5_output.h"

#include <algorithm>

namespace peeksim::hdf5 {

namespace {

bool write_scalar(hid_t object, const char* name, hid_t type, hid_t memory_type,
                  const void* value) {
  const Handle attribute(H5Acreate2(object, name, type, Handle(H5Screate(H5S_SCALAR), H5Sclose),
                                    H5P_DEFAULT, H5P_DEFAULT),
                         H5Aclose);
  return attribute.valid() && H5Awrite(attribute, memory_type, value) >= 0;
}

}  // namespace

Handle without_times(hid_t property_class) {
  Handle list(H5Pcreate(property_class), H5Pclose);
  H5Pset_obj_track_times(list, false);
  return list;
}

Handle text_type(std::size_t size) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, std::max<std::size_t>(size, 1));
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

Handle create_file(const std::string& path) {
  prepare_library();
  const Handle creation = without_times(H5P_FILE_CREATE);
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  return Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, access), H5Fclose);
}

Handle compressed_chunks(const std::vector<hsize_t>& chunk) {
  Handle list = without_times(H5P_DATASET_CREATE);
  H5Pset_chunk(list, static_cast<int>(chunk.size()), chunk.data());
  H5Pset_fill_time(list, H5D_FILL_TIME_NEVER);
  H5Pset_shuffle(list);
  H5Pset_deflate(list, gzip_level);
  H5Pset_fletcher32(list);
  return list;
}

bool write_text(hid_t object, const char* name, std::string value) {
  const Handle type = text_type(value.size());
  if (value.empty()) value.push_back('\0');
  return write_scalar(object, name, type, type, value.data());
}

bool write_integer(hid_t object, const char* name, std::int64_t value) {
  return write_scalar(object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

}  // namespace peeksim::hdf5
