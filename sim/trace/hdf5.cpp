#include "sim/trace/hdf5.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "sim/base/data_folder.h"
#include "sim/base/paths.h"

namespace peeksim::hdf5 {

const char* const format_remedy = "docs/trace-format.md says how a trace is written";
const char* const damage_remedy = "copy or write the trace again";

namespace {

herr_t first_description(unsigned number, const H5E_error2_t* error, void* text) {
  if (number == 0 && error->desc) *static_cast<std::string*>(text) = error->desc;
  return 0;
}

herr_t add_link_name(hid_t, const char* name, const H5L_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->push_back(name);
  return 0;
}

herr_t add_attribute_name(hid_t, const char* name, const H5A_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->push_back(name);
  return 0;
}

std::string child_path(const Object& parent, const std::string& name) {
  return parent.where.key.empty() ? name : parent.where.key + "/" + name;
}

void require_hard_link(const Object& parent, const std::string& name, const char* kind) {
  if (!has_link(parent, name)) {
    parent.fail(std::string(kind) + " '" + name + "' is missing", format_remedy);
  }
  H5L_info_t info;
  if (H5Lget_info(parent.id, name.c_str(), &info, H5P_DEFAULT) < 0) {
    parent.fail_damaged("link '" + name + "' cannot be read");
  }
  if (info.type != H5L_TYPE_HARD) {
    parent.fail("'" + name + "' is a soft or external link",
                "use a hard link: a trace is one file");
  }
}

std::string first_bytes(std::FILE* file) {
  char bytes[32];
  return {bytes, std::fread(bytes, 1, sizeof bytes, file)};
}

// With a lock no program can begin to write the file while it is read. Where the file cannot be
// opened, `why` is HDF5's reason.
Handle open_for_reading(const std::string& path, bool lock, std::string& why) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  H5Pset_file_locking(access, lock, true);
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access), H5Fclose);
  if (!file.valid()) why = reason();
  return file;
}

// A dataset may name any file that this user can read as the place of its values.
void require_values_inside(const Object& dataset) {
  const Handle list(H5Dget_create_plist(dataset.id), H5Pclose);
  if (!list.valid()) dataset.fail_damaged("the dataset's layout cannot be read");
  if (H5Pget_layout(list) == H5D_VIRTUAL || H5Pget_external_count(list) != 0)
    dataset.fail("the values lie in another file", "a trace is one file");
}

}  // namespace

void prepare_library() {
  static const bool done = [] {
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    H5PLset_loading_state(0);
    return true;
  }();
  static_cast<void>(done);
}

Handle::Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}

Handle& Handle::operator=(Handle&& other) noexcept {
  if (this != &other) {
    reset();
    id_ = std::exchange(other.id_, -1);
    close_ = other.close_;
  }
  return *this;
}

herr_t Handle::reset() {
  const hid_t id = std::exchange(id_, -1);
  return id >= 0 ? close_(id) : 0;
}

void Object::fail(const std::string& what, const std::string& remedy) const {
  throw Error(ErrorKind::trace, where, what, remedy);
}

void Object::fail_damaged(const std::string& what) const {
  fail(what + " (" + reason() + ")", damage_remedy);
}

std::string reason() {
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first_description, &text);
  H5Eclear2(H5E_DEFAULT);
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  // The message of a failed write holds the time and memory addresses; keep the system's reason.
  const std::string mark = "error message = '";
  const std::size_t start = text.find(mark);
  if (start != text.npos) {
    text.erase(0, start + mark.size());
    text.erase(std::min(text.find('\''), text.size()));
  }
  return text.empty() ? "HDF5 gives no reason" : text;
}

Object open_file(const std::string& path) {
  prepare_library();
  const auto refuse = [&path](const std::string& what, const std::string& remedy) {
    throw Error(ErrorKind::trace, path, what, remedy);
  };
  const PathState state = look_at(path);
  if (state.kind == PathKind::nothing) refuse("there is no such file", check_path(path));
  if (state.kind == PathKind::unknown)
    refuse("cannot be read: " + state.reason, "check the path and its permissions");
  if (state.kind != PathKind::file) refuse("is not a file", "name a trace file");
  std::FILE* file = std::fopen(path.c_str(), "rb");  // HDF5 does not say why it cannot
  if (!file) throw cannot_open(ErrorKind::trace, path, "check its permissions");
  const std::string beginning = first_bytes(file);
  std::fclose(file);

  const htri_t is_hdf5 = H5Fis_hdf5(path.c_str());
  H5Eclear2(H5E_DEFAULT);
  if (is_hdf5 <= 0) {
    if (beginning.rfind("version https://git-lfs", 0) == 0)
      refuse("is a pointer of Git LFS and not the file itself", "fetch it: git lfs pull");
    if (beginning.rfind("\x0e\x03\x13\x01", 0) == 0)
      refuse("is an HDF4 file", "traces are HDF5 files: convert it, or write it again");
    refuse("is not an HDF5 file, or its beginning is damaged",
           "traces are HDF5 files: docs/trace-format.md");
  }
  std::string why;
  Object object{open_for_reading(path, true, why), {path, 0, ""}};
  if (object.id.valid()) return object;
  const auto says = [&why](int error) { return why.find(std::strerror(error)) != why.npos; };
  if (says(EAGAIN) || why.find("unable to lock") != why.npos)
    refuse("is open for writing in another program", "wait until it is complete, or close it");
  if (says(ENOLCK) || says(ENOSYS) || says(ENOTSUP)) {  // a file system that has no locks
    object.id = open_for_reading(path, false, why);
    if (object.id.valid()) return object;
  }
  const bool truncated = why.find("truncated") != why.npos;
  refuse(truncated ? "is truncated (" + why + ")" : "is damaged (" + why + ")", damage_remedy);
  return object;
}

bool has_link(const Object& parent, const std::string& name) {
  const htri_t exists = H5Lexists(parent.id, name.c_str(), H5P_DEFAULT);
  if (exists < 0) parent.fail_damaged("the group cannot be read");
  return exists > 0;
}

bool has_attribute(const Object& object, const std::string& name) {
  const htri_t exists = H5Aexists(object.id, name.c_str());
  if (exists < 0) object.fail_damaged("the attributes cannot be read");
  return exists > 0;
}

Object open_group(const Object& parent, const std::string& name) {
  require_hard_link(parent, name, "group");
  Object group{Handle(H5Oopen(parent.id, name.c_str(), H5P_DEFAULT), H5Oclose),
               {parent.where.file, 0, child_path(parent, name)}};
  if (!group.id.valid()) group.fail_damaged("the group cannot be opened");
  if (H5Iget_type(group.id) != H5I_GROUP) group.fail("is not a group", format_remedy);
  return group;
}

Object open_dataset(const Object& parent, const std::string& name) {
  require_hard_link(parent, name, "dataset");
  // Chunks larger than this cache are read straight into the caller's memory and never kept.
  const Handle access(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose);
  H5Pset_chunk_cache(access, 521, std::size_t{1} << 20, 1.0);
  Object dataset{Handle(H5Dopen2(parent.id, name.c_str(), access), H5Dclose),
                 {parent.where.file, 0, child_path(parent, name)}};
  if (!dataset.id.valid()) dataset.fail_damaged("the dataset cannot be opened");
  require_values_inside(dataset);
  return dataset;
}

std::vector<std::string> link_names(const Object& group) {
  std::vector<std::string> names;
  if (H5Literate(group.id, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add_link_name, &names) < 0) {
    group.fail_damaged("the group cannot be read");
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> attribute_names(const Object& object) {
  std::vector<std::string> names;
  if (H5Aiterate2(object.id, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add_attribute_name, &names) <
      0) {
    object.fail_damaged("the attributes cannot be read");
  }
  std::sort(names.begin(), names.end());
  return names;
}

Handle half_type(H5T_order_t order) {
  Handle type(H5Tcopy(H5T_IEEE_F32LE), H5Tclose);
  H5Tset_fields(type, 15, 10, 5, 0, 10);
  H5Tset_size(type, 2);
  H5Tset_ebias(type, 15);
  H5Tset_order(type, order);
  return type;
}

std::vector<hsize_t> shape_of(const Object& dataset) {
  const Handle space(H5Dget_space(dataset.id), H5Sclose);
  const int rank = space.valid() ? H5Sget_simple_extent_ndims(space) : -1;
  if (rank < 0) dataset.fail_damaged("the shape cannot be read");
  std::vector<hsize_t> shape(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space, shape.data(), nullptr);
  return shape;
}

std::string shape_text(const std::vector<hsize_t>& shape) {
  std::string text = "[";
  for (const hsize_t size : shape) text += (text.size() > 1 ? "," : "") + std::to_string(size);
  return text + "]";
}

}  // namespace peeksim::hdf5
