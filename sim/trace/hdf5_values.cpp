#include "sim/trace/hdf5_values.h"

#include <algorithm>
#include <functional>

#include "sim/base/utf8.h"

namespace peeksim::hdf5 {

namespace {

constexpr std::size_t max_string_bytes = 65536;

// Something with a type and a fixed number of elements: an attribute or a one-dimensional dataset.
struct Elements {
  const Object& object;  // for messages
  std::string name;
  Handle type;
  Handle space;
  std::function<herr_t(hid_t type, void* buffer)> read;

  [[noreturn]] void fail(const std::string& what) const {
    object.fail(name + " " + what, format_remedy);
  }

  void read_into(hid_t memory_type, void* buffer) const {
    if (read(memory_type, buffer) < 0) object.fail_damaged(name + " cannot be read");
  }

  void require_count(std::size_t count) const {
    if (H5Sget_simple_extent_ndims(space) > 1) fail("has more than one dimension");
    const hssize_t found = H5Sget_simple_extent_npoints(space);
    if (found != static_cast<hssize_t>(count)) {
      fail("holds " + std::to_string(found) + " values, expected " + std::to_string(count));
    }
  }

  std::vector<std::int64_t> integers(std::size_t count) const {
    const H5T_class_t kind = H5Tget_class(type);  // h5py writes booleans as enumerations
    if (kind != H5T_INTEGER && kind != H5T_ENUM) fail("must hold integers");
    require_count(count);
    std::vector<std::int64_t> values(count);
    read_into(H5T_NATIVE_INT64, values.data());
    return values;
  }

  std::vector<std::string> strings(std::size_t count) const {
    if (H5Tget_class(type) != H5T_STRING) fail("must hold text");
    require_count(count);
    std::vector<std::string> values =
        H5Tis_variable_str(type) > 0 ? variable_strings(count) : fixed_strings(count);
    for (std::string& value : values) {
      value = valid_utf8(value);
      const bool printable = std::all_of(value.begin(), value.end(),
                                         [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
      if (!printable) fail("holds a line break or another control character");
      if (value.size() > max_string_bytes) fail("holds more than 65536 bytes of text");
    }
    return values;
  }

 private:
  std::vector<std::string> variable_strings(std::size_t count) const {
    std::vector<char*> raw(count, nullptr);
    read_into(type, raw.data());
    std::vector<std::string> values(count);
    for (std::size_t i = 0; i < count; ++i) {
      if (raw[i]) values[i] = raw[i];
      H5free_memory(raw[i]);
    }
    return values;
  }

  std::vector<std::string> fixed_strings(std::size_t count) const {
    const std::size_t size = H5Tget_size(type);
    if (size == 0 || size > max_string_bytes) fail("holds more than 65536 bytes of text");
    const char padding = H5Tget_strpad(type) == H5T_STR_SPACEPAD ? ' ' : '\0';
    std::vector<char> raw(count * size);
    read_into(type, raw.data());
    std::vector<std::string> values(count);
    for (std::size_t i = 0; i < count; ++i) {
      const char* start = raw.data() + i * size;
      const char* end = padding == '\0' ? std::find(start, start + size, '\0') : start + size;
      while (end > start && end[-1] == padding) --end;
      values[i].assign(start, end);
    }
    return values;
  }
};

Elements attribute(const Object& object, const std::string& name, Handle& opened) {
  if (!has_attribute(object, name)) {
    object.fail("attribute @" + name + " is missing", format_remedy);
  }
  opened = Handle(H5Aopen(object.id, name.c_str(), H5P_DEFAULT), H5Aclose);
  if (!opened.valid()) object.fail_damaged("attribute @" + name + " cannot be opened");
  const hid_t id = opened;
  return {object, "attribute @" + name, Handle(H5Aget_type(id), H5Tclose),
          Handle(H5Aget_space(id), H5Sclose),
          [id](hid_t type, void* buffer) { return H5Aread(id, type, buffer); }};
}

Elements list(const Object& dataset) {
  const hid_t id = dataset.id;
  return {dataset, "dataset", Handle(H5Dget_type(id), H5Tclose), Handle(H5Dget_space(id), H5Sclose),
          [id](hid_t type, void* buffer) {
            return H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer);
          }};
}

}  // namespace

std::vector<std::int64_t> read_integers(const Object& object, const std::string& name,
                                        std::size_t count) {
  Handle opened;
  return attribute(object, name, opened).integers(count);
}

std::vector<double> read_reals(const Object& object, const std::string& name,
                               std::size_t max_count) {
  Handle opened;
  const Elements elements = attribute(object, name, opened);
  if (H5Tget_class(elements.type) != H5T_FLOAT) elements.fail("must hold real numbers");
  const hssize_t found = H5Sget_simple_extent_npoints(elements.space);
  const std::size_t count = found == static_cast<hssize_t>(max_count) ? max_count : 1;
  if (found != 1 && count == 1 && max_count > 1) {
    elements.fail("holds " + std::to_string(found) + " values, expected 1 or " +
                  std::to_string(max_count));
  }
  elements.require_count(count);
  std::vector<double> values(count);
  elements.read_into(H5T_NATIVE_DOUBLE, values.data());
  return values;
}

std::string read_string(const Object& object, const std::string& name) {
  Handle opened;
  return attribute(object, name, opened).strings(1)[0];
}

std::vector<std::int64_t> read_integer_list(const Object& dataset, std::size_t count) {
  return list(dataset).integers(count);
}

std::vector<std::string> read_string_list(const Object& dataset, std::size_t count) {
  return list(dataset).strings(count);
}

}  // namespace peeksim::hdf5
