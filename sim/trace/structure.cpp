#include "sim/trace/structure.h"

#include <algorithm>
#include <set>

#include "sim/base/suggest.h"
#include "sim/trace/hdf5_values.h"
#include "sim/trace/layout.h"

namespace peeksim {

namespace {

using hdf5::format_remedy;
using hdf5::Object;

// The largest number in a trace: a size, a count or a class.
constexpr std::int64_t max_number = 1 << 24;

void require_range(const Object& object, const std::string& name, std::int64_t value,
                   std::int64_t min, std::int64_t max) {
  if (value >= min && value <= max) return;
  object.fail("attribute @" + name + " holds " + std::to_string(value) + ", expected " +
                  std::to_string(min) + " to " + std::to_string(max),
              format_remedy);
}

std::vector<int> read_ints(const Object& object, const std::string& name, std::size_t count,
                           std::int64_t min, std::int64_t max) {
  std::vector<int> values;
  for (const std::int64_t value : hdf5::read_integers(object, name, count)) {
    require_range(object, name, value, min, max);
    values.push_back(static_cast<int>(value));
  }
  return values;
}

int read_int(const Object& object, const std::string& name, std::int64_t min, std::int64_t max) {
  return read_ints(object, name, 1, min, max)[0];
}

std::string read_choice(const Object& object, const std::string& name,
                        const std::vector<std::string>& choices) {
  const std::string value = hdf5::read_string(object, name);
  if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
    object.fail("attribute @" + name + " is '" + value + "'", suggest(value, choices));
  }
  return value;
}

std::string shape_text(std::initializer_list<int> sizes) {
  return hdf5::shape_text(std::vector<hsize_t>(sizes.begin(), sizes.end()));
}

int read_version(const Object& file) {
  if (!hdf5::has_attribute(file, "format") || hdf5::read_string(file, "format") != trace_format) {
    file.fail(
        "is an HDF5 file, but not a trace: it has no @format '" + std::string(trace_format) + "'",
        format_remedy);
  }
  const std::int64_t version = hdf5::read_integers(file, "version", 1)[0];
  if (version > trace_version) {
    file.fail("has format version " + std::to_string(version) +
                  ", this program reads versions up to " + std::to_string(trace_version),
              "use a newer peeksim");
  }
  if (version < 1) {
    file.fail("attribute @version is " + std::to_string(version) + ", expected 1 or 2",
              format_remedy);
  }
  return static_cast<int>(version);
}

Layer read_layer(const Object& group, const std::string& name) {
  Layer layer;
  layer.name = name;
  layer.kind = read_choice(group, "kind", {"conv", "fc"}) == "fc" ? LayerKind::fc : LayerKind::conv;
  const std::string activation = read_choice(group, "activation", {"relu", "relu6", "none"});
  layer.activation = activation == "relu"    ? Activation::relu
                     : activation == "relu6" ? Activation::relu6
                                             : Activation::none;
  const std::vector<int> ifmap = read_ints(group, "ifmap_shape", 3, 1, max_number);
  const std::vector<int> weight = read_ints(group, "weight_shape", 4, 1, max_number);
  const std::vector<int> stride = read_ints(group, "stride", 2, 1, max_number);
  const std::vector<int> pad = read_ints(group, "pad", 4, 0, max_number);
  const std::vector<int> dilation = read_ints(group, "dilation", 2, 1, max_number);
  layer.C = ifmap[0], layer.H = ifmap[1], layer.W = ifmap[2];
  layer.K = weight[0], layer.R = weight[2], layer.S = weight[3];
  layer.stride_h = stride[0], layer.stride_w = stride[1];
  layer.pad_top = pad[0], layer.pad_left = pad[1];
  layer.pad_bottom = pad[2], layer.pad_right = pad[3];
  layer.dilation_h = dilation[0], layer.dilation_w = dilation[1];
  layer.groups = read_int(group, "groups", 1, max_number);
  layer.residual = read_int(group, "residual", 0, 1) == 1;

  if (std::int64_t{weight[1]} * layer.groups != layer.C) {
    group.fail("@weight_shape is " + shape_text({weight[0], weight[1], weight[2], weight[3]}) +
                   ", but @ifmap_shape has " + std::to_string(layer.C) + " channels in " +
                   std::to_string(layer.groups) + " group(s)",
               "the second entry is C/groups");
  }
  const std::string impossible = shape_error(layer);
  if (!impossible.empty()) group.fail("impossible shape: " + impossible, format_remedy);
  return layer;
}

void check_ofmap_shape(const Object& group, const Layer& layer) {
  const std::vector<int> ofmap = read_ints(group, "ofmap_shape", 3, 1, max_number);
  if (ofmap[0] == layer.K && ofmap[1] == layer.P() && ofmap[2] == layer.Q()) return;
  group.fail("@ofmap_shape is " + shape_text({ofmap[0], ofmap[1], ofmap[2]}) +
                 ", but ifmap, kernel, stride, pad and dilation give " +
                 shape_text({layer.K, layer.P(), layer.Q()}),
             "correct the attribute that is wrong");
}

// The known names of a group's attributes and links; others are ignored, but reported.
void note_unknown(const Object& object, std::set<std::string> attributes,
                  std::set<std::string> links, std::vector<std::string>& unknown) {
  const std::string prefix = object.where.key.empty() ? "" : object.where.key + "/";
  for (const std::string& name : hdf5::attribute_names(object)) {
    if (!attributes.count(name)) unknown.push_back(prefix + "@" + name);
  }
  for (const std::string& name : hdf5::link_names(object)) {
    if (!links.count(name)) unknown.push_back(prefix + name);
  }
}

// "closed loop: MACHINE, settings DIGEST"; the digest may be missing.
TraceLoop read_loop(const Object& file) {
  TraceLoop loop;
  if (!hdf5::has_attribute(file, "prediction")) return loop;
  const std::string text = hdf5::read_string(file, "prediction");
  if (text.empty()) return loop;
  const std::string start = "closed loop: ";
  const std::string middle = ", settings ";
  const std::string rest = text.substr(std::min(start.size(), text.size()));
  const std::size_t end = std::min(rest.rfind(middle), rest.size());
  loop.closed = true;
  loop.machine = rest.substr(0, end);
  if (end < rest.size()) loop.settings = rest.substr(end + middle.size());
  if (text.rfind(start, 0) != 0 || loop.machine.empty()) {
    file.fail("attribute @prediction is '" + text + "', expected '" + start + "MACHINE" + middle +
                  "DIGEST'",
              "leave it out when the network ran without prediction");
  }
  return loop;
}

UnrecordedMacs read_unrecorded(const Object& file) {
  UnrecordedMacs unrecorded;
  if (hdf5::has_attribute(file, "unrecorded_macs")) {
    unrecorded.macs = hdf5::read_integers(file, "unrecorded_macs", 1)[0];
    require_range(file, "unrecorded_macs", unrecorded.macs, 0, max_unrecorded_macs);
  }
  if (hdf5::has_attribute(file, "unrecorded"))
    unrecorded.names = hdf5::read_string(file, "unrecorded");
  return unrecorded;
}

// Adds what the format does not know to info.unknown.
TraceLayer read_trace_layer(const Object& group, const std::string& name, TraceInfo& info) {
  TraceLayer trace_layer;
  trace_layer.layer = read_layer(group, name);
  check_ofmap_shape(group, trace_layer.layer);
  if (hdf5::has_attribute(group, "arithmetic")) {
    trace_layer.integer = read_choice(group, "arithmetic", {"i8"}) == "i8";
  }
  trace_layer.checksummed = true;
  const auto check = [&](TraceTensor tensor, bool needed) {
    const char* dataset = dataset_name(tensor);
    if (!hdf5::has_link(group, dataset)) {
      if (!needed) return false;
      group.fail("dataset '" + std::string(dataset) + "' is missing" +
                     (trace_layer.integer ? ", @arithmetic needs it" : ""),
                 format_remedy);
    }
    const hdf5::TensorDataset opened = open_tensor(group, trace_layer, tensor, info.images);
    opened.require_version(info.version);
    opened.require_complete();
    trace_layer.checksummed = trace_layer.checksummed && opened.checksummed();
    if (tensor == TraceTensor::ofmap) trace_layer.ofmap_type = opened.type();
    if (tensor == TraceTensor::ifmap) trace_layer.ifmap_zero_point = opened.zero_point();
    if (tensor == TraceTensor::residual) trace_layer.residual_zero_point = opened.zero_point();
    return true;
  };
  const bool integer = trace_layer.integer;
  check(TraceTensor::ofmap, true);
  trace_layer.has_ifmap = check(TraceTensor::ifmap, integer);
  trace_layer.has_residual = check(TraceTensor::residual, integer && trace_layer.layer.residual);
  trace_layer.has_weight = check(TraceTensor::weight, integer);
  trace_layer.has_bias = check(TraceTensor::bias, integer);
  if (trace_layer.has_residual && !trace_layer.layer.residual) {
    group.fail("holds a residual, but @residual is 0", "correct the one that is wrong");
  }
  note_unknown(group,
               {"name", "kind", "activation", "ifmap_shape", "weight_shape", "ofmap_shape",
                "stride", "pad", "dilation", "groups", "residual", "arithmetic"},
               {"ofmap", "ifmap", "residual", "weight", "bias"}, info.unknown);
  return trace_layer;
}

void read_images(const Object& file, TraceInfo& info) {
  info.images = read_int(file, "images", 1, max_number);
  const auto count = static_cast<std::size_t>(info.images);
  const auto open_list = [&](const char* name) {
    Object list = hdf5::open_dataset(file, name);
    const std::vector<hsize_t> shape = hdf5::shape_of(list);
    if (shape != std::vector<hsize_t>{count}) {
      list.fail("the dataset's shape is " + hdf5::shape_text(shape) + ", but @images is " +
                    std::to_string(count),
                "correct the one that is wrong");
    }
    return list;
  };
  if (hdf5::has_link(file, "labels")) {
    const Object list = open_list("labels");
    for (const std::int64_t label : hdf5::read_integer_list(list, count)) {
      if (label < -1 || label > max_number) {
        list.fail("holds " + std::to_string(label) + ", expected a class index or -1",
                  format_remedy);
      }
      info.labels.push_back(static_cast<int>(label));
    }
  }
  if (hdf5::has_link(file, "image_names")) {
    info.image_names = hdf5::read_string_list(open_list("image_names"), count);
  }
}

hdf5::Coding coding_of(const TraceLayer& about, TraceTensor tensor) {
  hdf5::Coding coding;
  coding.arithmetic = about.integer;
  coding.scale_per_channel = about.integer && tensor == TraceTensor::weight;
  coding.zero_point = tensor == TraceTensor::ifmap || tensor == TraceTensor::residual;
  if (!about.integer)
    coding.types = {"f4", "f2", "i1"};
  else if (tensor == TraceTensor::bias)
    coding.types = {"i4"};
  else if (tensor == TraceTensor::ofmap)
    coding.types = {"i1", "i2"};
  else
    coding.types = {"i1"};
  return coding;
}

bool has_metadata_checksums(const Object& file) {
  H5F_info2_t about;
  return H5Fget_info2(file.id, &about) >= 0 && about.super.version >= 2;
}

}  // namespace

Object open_layer(const Object& file, std::size_t layer, const std::string& name) {
  Object group = hdf5::open_group(hdf5::open_group(file, "layers"), layer_group_name(layer));
  if (!name.empty()) group.where.key += " (" + name + ")";
  return group;
}

hdf5::TensorDataset open_tensor(const Object& group, const TraceLayer& about, TraceTensor tensor,
                                int images) {
  return hdf5::TensorDataset(group, dataset_name(tensor), tensor_shape(about.layer, tensor),
                             has_images(tensor) ? images : 0, coding_of(about, tensor));
}

TraceInfo read_structure(const Object& file) {
  TraceInfo info;
  info.version = read_version(file);
  info.path = file.where.file;
  info.network = hdf5::read_string(file, "network");
  info.origin = hdf5::read_string(file, "origin");
  info.synthetic = read_int(file, "synthetic", 0, 1) == 1;
  if (hdf5::has_attribute(file, "workload")) info.workload = hdf5::read_string(file, "workload");
  info.loop = read_loop(file);
  info.unrecorded = read_unrecorded(file);
  info.metadata_checksummed = has_metadata_checksums(file);
  read_images(file, info);
  note_unknown(file,
               {"format", "version", "network", "origin", "synthetic", "workload", "images",
                "prediction", "unrecorded_macs", "unrecorded"},
               {"labels", "image_names", "layers"}, info.unknown);

  const Object layers = hdf5::open_group(file, "layers");
  const std::vector<std::string> names = hdf5::link_names(layers);
  if (names.empty()) layers.fail("holds no layer", format_remedy);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != layer_group_name(i) || i >= max_layers) {
      layers.fail("group '" + names[i] + "' stands where " + layer_group_name(i) + " is expected",
                  "number the layers 0000, 0001, ... without gaps");
    }
    const Object unnamed = open_layer(file, i, "");
    const std::string name = hdf5::read_string(unnamed, "name");
    if (name.empty()) unnamed.fail("attribute @name is empty", format_remedy);
    const Object group = open_layer(file, i, name);
    if (!seen.insert(name).second) {
      group.fail("an earlier layer has the same @name", "give every layer its own name");
    }
    info.layers.push_back(read_trace_layer(group, name, info));
  }
  return info;
}

}  // namespace peeksim
