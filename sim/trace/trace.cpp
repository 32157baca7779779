#include "sim/trace/trace.h"

#include <cmath>
#include <string>

#include "sim/trace/layout.h"
#include "sim/trace/rehearsal.h"
#include "sim/trace/sha256.h"
#include "sim/trace/structure.h"
#include "sim/workload/workload.h"

namespace peeksim {

struct Trace::Impl {
  hdf5::Object file;
  TraceInfo info;
  std::string sha256;             // "" until it was asked for
  std::vector<double> ofmap_rms;  // of the layers, as far as they were asked for
  Count reads = 0;

  // Reopens the dataset each time, so that memory does not grow with the number of layers.
  hdf5::TensorDataset open(std::size_t layer, TraceTensor tensor, int image) const {
    const TraceLayer& about = info.layers.at(layer);
    const hdf5::Object group = open_layer(file, layer, about.layer.name);
    hdf5::TensorDataset dataset = open_tensor(group, about, tensor, info.images);
    if (has_images(tensor) && (image < 0 || image >= info.images)) {
      group.fail("there is no image " + std::to_string(image),
                 "the trace holds " + std::to_string(info.images));
    }
    return dataset;
  }

  // The scale of the bias is that of the ifmap times that of the channel's weight.
  void read_integer_bias(std::size_t layer, std::vector<float>& values) const {
    std::vector<std::int32_t> integers;
    open(layer, TraceTensor::bias, 0).read_integers(0, integers);
    const double ifmap = open(layer, TraceTensor::ifmap, 0).scales()[0];
    const std::vector<float> weight = open(layer, TraceTensor::weight, 0).scales();
    values.resize(integers.size());
    for (std::size_t k = 0; k < values.size(); ++k) {
      values[k] = static_cast<float>(integers[k] * ifmap * weight[weight.size() == 1 ? 0 : k]);
    }
  }
};

namespace {

TraceInfo shapes_of(const std::string& path) {
  const Workload workload = load_workload(path);
  TraceInfo info;
  info.path = path;
  info.has_values = false;
  info.network = workload.name;
  info.origin = shapes_origin;
  info.workload = workload.name;
  info.images = 1;
  for (const Layer& layer : workload.layers) {
    TraceLayer shape;
    shape.layer = layer;
    shape.ofmap_type = "f32";
    info.layers.push_back(shape);
  }
  return info;
}

}  // namespace

Trace::Trace(const std::string& path, TraceInput input) : impl_(std::make_unique<Impl>()) {
  if (input == TraceInput::values_or_shapes && is_workload(path)) {
    impl_->info = shapes_of(path);
    return;
  }
  hdf5::rehearse(path, [&path] { read_structure(hdf5::open_file(path)); });
  impl_->file = hdf5::open_file(path);
  impl_->info = read_structure(impl_->file);
}

Trace::~Trace() = default;

const TraceInfo& Trace::info() const {
  return impl_->info;
}

std::string Trace::sha256() const {
  if (impl_->sha256.empty()) impl_->sha256 = sha256_of_file(impl_->info.path);
  return impl_->sha256;
}

void Trace::read_ofmap(std::size_t layer, int image, std::vector<float>& values) const {
  read(layer, TraceTensor::ofmap, image, values);
}

void Trace::read_ifmap(std::size_t layer, int image, std::vector<float>& values) const {
  read(layer, TraceTensor::ifmap, image, values);
}

void Trace::read(std::size_t layer, TraceTensor tensor, int image,
                 std::vector<float>& values) const {
  ++impl_->reads;
  if (!impl_->info.has_values) {
    values.assign(static_cast<std::size_t>(impl_->info.layers.at(layer).layer.outputs()), 0);
    return;
  }
  if (tensor == TraceTensor::bias && impl_->info.layers.at(layer).integer) {
    impl_->read_integer_bias(layer, values);
  } else {
    impl_->open(layer, tensor, image).read(image, values);
  }
}

void Trace::read_integers(std::size_t layer, TraceTensor tensor, int image,
                          std::vector<std::int32_t>& values) const {
  ++impl_->reads;
  impl_->open(layer, tensor, image).read_integers(image, values);
}

std::vector<float> Trace::scales(std::size_t layer, TraceTensor tensor) const {
  return impl_->open(layer, tensor, 0).scales();
}

const std::vector<double>& Trace::ofmap_rms() const {
  if (!info().has_values)
    throw Error(ErrorKind::trace, info().path,
                "has no values, whose root mean square could be known",
                "give a trace, or set prediction.threshold_unit to value");
  std::vector<float> values;
  while (impl_->ofmap_rms.size() < info().layers.size()) {
    double squares = 0, count = 0;
    for (int image = 0; image < info().images; ++image) {
      read_ofmap(impl_->ofmap_rms.size(), image, values);
      for (const float value : values) squares += double{value} * value;
      count += static_cast<double>(values.size());
    }
    impl_->ofmap_rms.push_back(std::sqrt(squares / count));
  }
  return impl_->ofmap_rms;
}

Count Trace::reads() const {
  return impl_->reads;
}

std::vector<Layer> layers_of(const TraceInfo& info) {
  std::vector<Layer> layers;
  for (const TraceLayer& traced : info.layers) layers.push_back(traced.layer);
  return layers;
}

}  // namespace peeksim
