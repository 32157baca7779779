// A small RAII wrapper of HDF5's C API, used in sim/trace only. HDF5 prints nothing: its errors
// become an Error(trace) that names the file and the object. Only hard links are followed, so that
// a trace is one file and its SHA-256 identifies all of its contents.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/error.h"

namespace peeksim::hdf5 {

// Owns one HDF5 identifier and closes it.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);

  Handle() = default;
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept;
  Handle& operator=(Handle&& other) noexcept;
  ~Handle() { reset(); }

  bool valid() const { return id_ >= 0; }
  operator hid_t() const { return id_; }
  herr_t reset();  // closes now; negative when HDF5 could not

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

// An open file, group or dataset, and its location.
struct Object {
  Handle id;
  Location where;  // file, and the path inside it as the key

  [[noreturn]] void fail(const std::string& what, const std::string& remedy = "") const;
  [[noreturn]] void fail_damaged(const std::string& what) const;  // adds HDF5's own reason
};

// What to do about a file that does not follow the format.
extern const char* const format_remedy;
// What to do about a damaged file.
extern const char* const damage_remedy;

// Call before any other function of HDF5. By default HDF5 prints its errors, looks for plug-ins in
// places that the environment names, and crashes in its exit handler when a file could not be
// closed because the disk is full (our handles close everything themselves).
void prepare_library();

// HDF5's own message for its last error, in one line; clears the error.
std::string reason();

// Opens an existing file for reading. Throws Error(trace): missing, not a file, not HDF5, damaged.
Object open_file(const std::string& path);

// Throw Error(trace) when there is no such group or dataset, when it is a soft or external link, or
// when a dataset's values lie in another file.
Object open_group(const Object& parent, const std::string& name);
Object open_dataset(const Object& parent, const std::string& name);

bool has_link(const Object& parent, const std::string& name);
bool has_attribute(const Object& object, const std::string& name);
std::vector<std::string> link_names(const Object& group);        // sorted
std::vector<std::string> attribute_names(const Object& object);  // sorted

// IEEE 754 half precision, which HDF5 1.10 has no name for.
Handle half_type(H5T_order_t order);

std::vector<hsize_t> shape_of(const Object& dataset);
std::string shape_text(const std::vector<hsize_t>& shape);  // "[64,3,11,11]"

}  // namespace peeksim::hdf5
