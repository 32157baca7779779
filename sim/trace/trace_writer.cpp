#include "sim/trace/trace_writer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "sim/base/output_file.h"
#include "sim/trace/hdf5_output.h"
#include "sim/trace/layout.h"

namespace peeksim {

namespace {

using hdf5::Handle;
using hdf5::text_type;
using hdf5::without_times;

constexpr float min_f16 = 0x1p-24f;
constexpr float max_f16 = 65504;

Handle file_type(const std::string& type) {
  if (type == "f16") return hdf5::half_type(H5T_ORDER_LE);
  return Handle(H5Tcopy(type == "i8" ? H5T_STD_I8LE : H5T_IEEE_F32LE), H5Tclose);
}

std::vector<std::int8_t> to_i8(const std::vector<float>& values, float scale) {
  std::vector<std::int8_t> steps(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float value = values[i];
    const float step = std::min(127.0f, std::max(-127.0f, value / scale));
    const int rounded = static_cast<int>(step + (step < 0 ? -0.5f : 0.5f));
    steps[i] = static_cast<std::int8_t>(value > 0 ? std::max(rounded, 1) : rounded);
  }
  return steps;
}

}  // namespace

float i8_scale(float largest_magnitude) {
  return largest_magnitude > 0 ? largest_magnitude / 127 : 1.0f;
}

struct TraceWriter::Impl {
  Impl(const std::string& name, bool overwrite) : path(name), output(name, overwrite) {}

  std::string path;
  OutputFile output;  // goes last: HDF5 closes its own file first
  int images = 0;
  Handle file;
  Handle layers;
  std::size_t layer_count = 0;

  // The current layer.
  Layer layer;
  LayerStorage storage;
  Handle group;
  Handle datasets[2];  // ofmap, ifmap
  std::vector<bool> written[2];

  ~Impl() {
    for (Handle& dataset : datasets) dataset.reset();
    group.reset();
    layers.reset();
    file.reset();
    H5Eclear2(H5E_DEFAULT);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::output, path, what + " (" + hdf5::reason() + ")",
                "is the disk full? Nothing was left behind");
  }

  [[noreturn]] void refuse(const std::string& what, const std::string& remedy) const {
    throw Error(ErrorKind::trace, path, "layer '" + layer.name + "': " + what, remedy);
  }

  void check(bool good) const {
    if (!good) fail("cannot be written");
  }

  void write_attribute(hid_t object, const char* name, hid_t type, hid_t space, hid_t memory_type,
                       const void* value) const {
    const Handle attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose);
    check(attribute.valid() && H5Awrite(attribute, memory_type, value) >= 0);
  }

  void write_text(hid_t object, const char* name, const std::string& value) const {
    check(hdf5::write_text(object, name, value));
  }

  void write_number(hid_t object, const char* name, int value) const {
    check(hdf5::write_integer(object, name, value));
  }

  void write_numbers(hid_t object, const char* name, const std::vector<int>& values) const {
    const hsize_t count = values.size();
    write_attribute(object, name, H5T_STD_I64LE,
                    Handle(H5Screate_simple(1, &count, nullptr), H5Sclose), H5T_NATIVE_INT,
                    values.data());
  }

  // One value per image, checksummed.
  void write_list(const char* name, hid_t type, hid_t memory_type, const void* values) const {
    const auto count = static_cast<hsize_t>(images);
    const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose);
    const Handle list = without_times(H5P_DATASET_CREATE);
    H5Pset_chunk(list, 1, &count);
    H5Pset_fletcher32(list);
    const Handle dataset(H5Dcreate2(file, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT),
                         H5Dclose);
    check(dataset.valid() &&
          H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
  }

  Handle create_tensor(TraceTensor tensor, float scale) const {
    std::vector<hsize_t> shape = tensor_shape(layer, tensor);
    shape.insert(shape.begin(), 1);
    const Handle list = hdf5::compressed_chunks(shape);
    shape[0] = static_cast<hsize_t>(images);
    const Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
                       H5Sclose);
    const Handle access(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose);
    H5Pset_chunk_cache(access, 521, std::size_t{1} << 20, 1.0);
    Handle dataset(H5Dcreate2(group, dataset_name(tensor), file_type(storage.type), space,
                              H5P_DEFAULT, list, access),
                   H5Dclose);
    check(dataset.valid());
    if (storage.type == "i8") {
      write_attribute(dataset, "scale", H5T_IEEE_F32LE, Handle(H5Screate(H5S_SCALAR), H5Sclose),
                      H5T_NATIVE_FLOAT, &scale);
    }
    return dataset;
  }

  void write_tensor(int which, int image, const std::vector<float>& values) {
    const TraceTensor tensor = which == 0 ? TraceTensor::ofmap : TraceTensor::ifmap;
    std::vector<hsize_t> size = tensor_shape(layer, tensor);
    hsize_t count = 1;
    for (const hsize_t extent : size) count *= extent;
    if (!datasets[which].valid() || image < 0 || image >= images || values.size() != count) {
      throw Error(ErrorKind::internal, path, "a tensor was written that the layer does not have");
    }
    size.insert(size.begin(), 1);
    std::vector<hsize_t> start(size.size(), 0);
    start[0] = static_cast<hsize_t>(image);
    const Handle memory_space(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr),
                              H5Sclose);
    const Handle file_space(H5Dget_space(datasets[which]), H5Sclose);
    H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr);
    const auto store = [&](hid_t memory_type, const void* buffer) {
      check(H5Dwrite(datasets[which], memory_type, memory_space, file_space, H5P_DEFAULT, buffer) >=
            0);
    };
    check_values(values);
    if (storage.type == "i8") {
      const float scale = which == 0 ? storage.ofmap_scale : storage.ifmap_scale;
      store(H5T_NATIVE_INT8, to_i8(values, scale).data());
    } else if (storage.type == "f16") {
      std::vector<float> kept = values;
      for (float& value : kept) value = value > 0 ? std::max(value, min_f16) : value;
      store(H5T_NATIVE_FLOAT, kept.data());
    } else {
      store(H5T_NATIVE_FLOAT, values.data());
    }
    written[which][static_cast<std::size_t>(image)] = true;
  }

  void check_values(const std::vector<float>& values) const {
    const float max = storage.type == "f16" ? max_f16 : std::numeric_limits<float>::max();
    for (const float value : values) {
      if (std::abs(value) <= max) continue;  // false for NaN
      refuse("cannot store " + std::to_string(value) + " as " + storage.type,
             "traces hold finite numbers that fit their type");
    }
  }

  void end_layer() {
    for (int which = 0; which < 2; ++which) {
      const std::vector<bool>& done = written[which];
      if (datasets[which].valid() && std::find(done.begin(), done.end(), false) != done.end()) {
        throw Error(ErrorKind::internal, path,
                    "not every image of '" + layer.name + "' was written");
      }
      check(datasets[which].reset() >= 0);
    }
    check(group.reset() >= 0);
  }
};

TraceWriter::TraceWriter(const std::string& path, const TraceHeader& header, bool overwrite) {
  const auto count = static_cast<std::size_t>(header.images);
  if (header.images < 1 || (!header.labels.empty() && header.labels.size() != count) ||
      (!header.image_names.empty() && header.image_names.size() != count)) {
    throw Error(ErrorKind::internal, path, "a trace needs an image, and as many labels as images");
  }
  impl_ = std::make_unique<Impl>(path, overwrite);
  Impl& to = *impl_;
  to.images = header.images;
  to.file = hdf5::create_file(to.output.partial());
  to.check(to.file.valid());

  to.write_text(to.file, "format", trace_format);
  to.write_number(to.file, "version", written_version);
  to.write_text(to.file, "network", header.network);
  to.write_text(to.file, "origin", header.origin);
  to.write_number(to.file, "synthetic", header.synthetic ? 1 : 0);
  if (!header.workload.empty()) to.write_text(to.file, "workload", header.workload);
  to.write_number(to.file, "images", header.images);
  if (!header.labels.empty()) {
    to.write_list("labels", H5T_STD_I32LE, H5T_NATIVE_INT, header.labels.data());
  }
  if (!header.image_names.empty()) {
    std::size_t longest = 1;
    for (const std::string& name : header.image_names) longest = std::max(longest, name.size());
    std::string text;
    for (std::string name : header.image_names) {
      name.resize(longest);
      text += name;
    }
    const Handle type = text_type(longest);
    to.write_list("image_names", type, type, text.data());
  }
  to.layers = Handle(
      H5Gcreate2(to.file, "layers", H5P_DEFAULT, without_times(H5P_GROUP_CREATE), H5P_DEFAULT),
      H5Gclose);
  to.check(to.layers.valid());
}

TraceWriter::~TraceWriter() = default;

void TraceWriter::begin_layer(const Layer& layer, const LayerStorage& storage) {
  Impl& to = *impl_;
  to.end_layer();
  to.layer = layer;
  to.storage = storage;
  const std::string impossible = shape_error(layer);
  if (!impossible.empty()) to.refuse("impossible shape: " + impossible, "correct the workload");
  if (to.layer_count == max_layers) to.refuse("a trace holds at most 10000 layers", "");
  if (storage.type != "f32" && storage.type != "f16" && storage.type != "i8") {
    to.refuse("unknown type '" + storage.type + "'", "known: f32, f16, i8");
  }
  to.group = Handle(H5Gcreate2(to.layers, layer_group_name(to.layer_count++).c_str(), H5P_DEFAULT,
                               without_times(H5P_GROUP_CREATE), H5P_DEFAULT),
                    H5Gclose);
  to.check(to.group.valid());
  const hid_t group = to.group;
  to.write_text(group, "name", layer.name);
  to.write_text(group, "kind", layer.kind == LayerKind::fc ? "fc" : "conv");
  to.write_text(group, "activation", activation_name(layer.activation));
  to.write_numbers(group, "ifmap_shape", {layer.C, layer.H, layer.W});
  to.write_numbers(group, "weight_shape", {layer.K, layer.C / layer.groups, layer.R, layer.S});
  to.write_numbers(group, "ofmap_shape", {layer.K, layer.P(), layer.Q()});
  to.write_numbers(group, "stride", {layer.stride_h, layer.stride_w});
  to.write_numbers(group, "pad",
                   {layer.pad_top, layer.pad_left, layer.pad_bottom, layer.pad_right});
  to.write_numbers(group, "dilation", {layer.dilation_h, layer.dilation_w});
  to.write_number(group, "groups", layer.groups);
  to.write_number(group, "residual", layer.residual ? 1 : 0);
  const auto images = static_cast<std::size_t>(to.images);
  to.datasets[0] = to.create_tensor(TraceTensor::ofmap, storage.ofmap_scale);
  if (storage.ifmap) to.datasets[1] = to.create_tensor(TraceTensor::ifmap, storage.ifmap_scale);
  to.written[0].assign(images, false);
  to.written[1].assign(images, false);
}

void TraceWriter::write_ofmap(int image, const std::vector<float>& values) {
  impl_->write_tensor(0, image, values);
}

void TraceWriter::write_ifmap(int image, const std::vector<float>& values) {
  impl_->write_tensor(1, image, values);
}

void TraceWriter::close() {
  Impl& to = *impl_;
  to.end_layer();
  to.check(to.layers.reset() >= 0);
  to.check(H5Fflush(to.file, H5F_SCOPE_LOCAL) >= 0);
  to.check(to.file.reset() >= 0);
  to.output.commit();
}

}  // namespace peeksim
