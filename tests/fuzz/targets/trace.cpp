// The structure of a trace, and its values. Damaged HDF5 files crash HDF5 itself, which the program
// survives by reading them in a child first (sim/trace/rehearsal.h), and which would stop a fuzzer
// at once. So an input is no file but a list of changes to a sound trace in memory, made through
// HDF5: attributes and datasets of any type and shape, links anywhere. All files are sound for
// HDF5; whether they are traces is for the reader of traces to say.
#include <fuzzer/FuzzedDataProvider.h>
#include <hdf5.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sim/trace/structure.h"
#include "sim/trace/synth.h"
#include "tests/fuzz/fuzz.h"

namespace peeksim {

namespace {

using hdf5::Handle;
using hdf5::Object;
using Choices = FuzzedDataProvider;

const char* const objects[] = {"/",
                               "/labels",
                               "/image_names",
                               "/layers",
                               "/layers/0000",
                               "/layers/0001",
                               "/layers/0002",
                               "/layers/0000/ofmap",
                               "/layers/0000/ifmap",
                               "/layers/0000/weight",
                               "/layers/0000/bias",
                               "/layers/0001/ofmap",
                               "/layers/0001/residual",
                               "/layers/0002/ofmap",
                               "/layers/0003",
                               "/layers/other"};
const char* const attributes[] = {
    "format",     "version",     "network",         "origin",      "synthetic",
    "workload",   "images",      "prediction",      "name",        "kind",
    "activation", "ifmap_shape", "weight_shape",    "ofmap_shape", "stride",
    "pad",        "dilation",    "groups",          "residual",    "arithmetic",
    "scale",      "zero_point",  "unrecorded_macs", "unrecorded",  "other"};
const char* const words[] = {
    "peeksim-trace", "conv1",      "conv", "fc", "relu",
    "relu6",         "none",       "i8",   "",   "closed loop: peek, settings 1f",
    "closed loop: ", "line\nbreak"};
// Those of the trace's tensors with two images, among others.
const std::vector<std::vector<hsize_t>> shapes = {
    {},  {1},          {2},          {3},          {4},           {0},       {2, 4, 8, 6},
    {5}, {2, 3, 8, 6}, {4, 3, 3, 3}, {2, 5, 8, 6}, {2, 10, 1, 1}, {10, 240}, {1 << 24, 1}};
constexpr hsize_t max_bytes = 1 << 17;  // written at most: larger datasets have no values

template <class T, std::size_t n>
T one_of(Choices& choices, const T (&values)[n]) {
  return choices.PickValueInArray(values);
}

Handle text_type(Choices& choices) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type,
              choices.ConsumeBool() ? H5T_VARIABLE : choices.ConsumeIntegralInRange(1, 70000));
  H5Tset_strpad(type, one_of(choices, {H5T_STR_NULLTERM, H5T_STR_NULLPAD, H5T_STR_SPACEPAD}));
  return type;
}

Handle any_type(Choices& choices) {
  switch (choices.ConsumeIntegralInRange(0, 9)) {
    case 0:
      return text_type(choices);
    case 1:
      return hdf5::half_type(one_of(choices, {H5T_ORDER_LE, H5T_ORDER_BE}));
    case 2:
      return {H5Tarray_create2(H5T_NATIVE_INT, 1, &shapes[2][0]), H5Tclose};
    case 3:
      return {H5Tvlen_create(H5T_NATIVE_INT), H5Tclose};
    case 4:
      return {H5Tcreate(H5T_COMPOUND, 8), H5Tclose};
    case 5:
      return {H5Tenum_create(H5T_NATIVE_INT8), H5Tclose};
    case 6:
      return {H5Tcreate(H5T_OPAQUE, 4), H5Tclose};
    default:
      return {H5Tcopy(one_of(choices, {H5T_STD_I8LE, H5T_STD_I16BE, H5T_STD_I32LE, H5T_STD_U32LE,
                                       H5T_STD_I64LE, H5T_STD_U64BE, H5T_IEEE_F32LE, H5T_IEEE_F32BE,
                                       H5T_IEEE_F64LE, H5T_STD_B8LE, H5T_STD_REF_OBJ})),
              H5Tclose};
  }
}

std::vector<hsize_t> any_shape(Choices& choices) {
  if (choices.ConsumeBool())
    return shapes[choices.ConsumeIntegralInRange<std::size_t>(0, shapes.size() - 1)];
  std::vector<hsize_t> shape;
  while (shape.size() < 5 && choices.ConsumeBool())
    shape.push_back(choices.ConsumeIntegralInRange<hsize_t>(0, 300));
  return shape;
}

Handle space_of(const std::vector<hsize_t>& shape) {
  if (shape.empty()) return {H5Screate(H5S_SCALAR), H5Sclose};
  return {H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose};
}

// Values in memory, as the type has them: texts, small numbers, or bytes of the input.
std::vector<char> any_values(Choices& choices, hid_t type, std::size_t count) {
  std::vector<char> values(count * H5Tget_size(type));
  if (H5Tis_variable_str(type) > 0) {
    for (std::size_t i = 0; i < count; ++i) {
      const char* const word = one_of(choices, words);
      std::copy_n(reinterpret_cast<const char*>(&word), sizeof word, &values[i * sizeof word]);
    }
  } else if (H5Tget_class(type) == H5T_STRING) {
    const std::string word = one_of(choices, words);
    std::copy_n(word.begin(), std::min(word.size(), values.size()), values.begin());
  } else if (choices.ConsumeBool()) {
    const std::string bytes =
        choices.ConsumeBytesAsString(std::min<std::size_t>(values.size(), 64));
    std::copy(bytes.begin(), bytes.end(), values.begin());
  } else {  // as integers of the machine's byte order
    const std::size_t size = H5Tget_size(type);
    for (std::size_t at = 0; at < values.size(); at += size)
      values[at] = choices.ConsumeIntegralInRange<char>(-2, 8);
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

void set_attribute(Choices& choices, hid_t file) {
  const char* const object = one_of(choices, objects);
  const char* const name = one_of(choices, attributes);
  const Handle there(H5Oopen(file, object, H5P_DEFAULT), H5Oclose);
  if (!there.valid()) return;
  H5Adelete(there, name);
  if (choices.ConsumeIntegralInRange(0, 7) == 0) return;
  const Handle type = any_type(choices);
  const std::vector<hsize_t> shape = any_shape(choices);
  if (count_of(shape) * H5Tget_size(type) > max_bytes) return;  // attributes are small
  const Handle space = choices.ConsumeIntegralInRange(0, 15) == 0
                           ? Handle(H5Screate(H5S_NULL), H5Sclose)
                           : space_of(shape);
  const Handle made(H5Acreate2(there, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (made.valid() && can_write(type, shape))
    H5Awrite(made, type, any_values(choices, type, count_of(shape)).data());
}

Handle any_layout(Choices& choices, const std::vector<hsize_t>& shape) {
  Handle list(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  if (shape.empty() || !choices.ConsumeBool()) return list;
  std::vector<hsize_t> chunk = shape;
  chunk[0] = 1;
  if (choices.ConsumeIntegralInRange(0, 3) == 0)
    chunk.back() = choices.ConsumeIntegralInRange(1, 9);
  H5Pset_chunk(list, static_cast<int>(chunk.size()), chunk.data());
  if (choices.ConsumeBool()) H5Pset_shuffle(list);
  if (choices.ConsumeBool()) H5Pset_deflate(list, 4);
  if (choices.ConsumeBool()) H5Pset_fletcher32(list);
  return list;
}

void set_dataset(Choices& choices, hid_t file, const char* name) {
  const Handle type = any_type(choices);
  const std::vector<hsize_t> shape = any_shape(choices);
  const Handle space = space_of(shape);
  const Handle list = any_layout(choices, shape);
  const Handle made(H5Dcreate2(file, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT), H5Dclose);
  if (!made.valid() || !can_write(type, shape)) return;
  if (choices.ConsumeIntegralInRange(0, 7) > 0)
    H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT,
             any_values(choices, type, count_of(shape)).data());
}

void set_link(Choices& choices, hid_t file) {
  const char* const name = one_of(choices, objects);
  if (std::string(name) == "/") return;
  H5Ldelete(file, name, H5P_DEFAULT);
  switch (choices.ConsumeIntegralInRange(0, 7)) {
    case 0:
      break;
    case 1:
      Handle(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
      break;
    case 2:
      H5Lcreate_soft(one_of(choices, objects), file, name, H5P_DEFAULT, H5P_DEFAULT);
      break;
    case 3:
      H5Lcreate_hard(file, one_of(choices, objects), file, name, H5P_DEFAULT, H5P_DEFAULT);
      break;
    default:
      set_dataset(choices, file, name);
  }
}

// A trace of two images and two convolutions, the second with a residual, and a classifier.
std::string sound_trace() {
  Layer conv1, conv2, fc;
  conv1.name = "conv1", conv1.C = 3, conv1.H = 8, conv1.W = 6, conv1.K = 4, conv1.R = conv1.S = 3;
  conv1.pad_top = conv1.pad_left = conv1.pad_bottom = conv1.pad_right = 1;
  conv2.name = "conv2", conv2.C = 4, conv2.H = 8, conv2.W = 6, conv2.K = 5, conv2.residual = true;
  fc.name = "fc", fc.kind = LayerKind::fc, fc.C = 240, fc.K = 10;
  SynthSettings settings;
  settings.images = 2;
  const std::string path = input_folder() + "/trace.h5";
  synthesize({"sample", "", {conv1, conv2, fc}}, settings, path);
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Object open_in_memory(std::string image) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_core(access, 1 << 16, false);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  H5Pset_file_image(access, image.data(), image.size());
  return {Handle(H5Fopen("trace.h5", H5F_ACC_RDWR, access), H5Fclose), {"trace.h5", 0, ""}};
}

void read_all(const Object& file) {
  const TraceInfo info = read_structure(file);
  std::vector<float> values;
  for (std::size_t i = 0; i < info.layers.size(); ++i) {
    const TraceLayer& about = info.layers[i];
    const Object group = open_layer(file, i, about.layer.name);
    for (int image = 0; image < std::min(info.images, 2); ++image) {
      open_tensor(group, about, TraceTensor::ofmap, info.images).read(image, values);
      if (about.has_ifmap)
        open_tensor(group, about, TraceTensor::ifmap, info.images).read(image, values);
      if (about.has_residual)
        open_tensor(group, about, TraceTensor::residual, info.images).read(image, values);
    }
    if (about.has_weight)
      open_tensor(group, about, TraceTensor::weight, info.images).read(0, values);
  }
}

}  // namespace

void read_input(const std::string& bytes) {
  static const std::string sound = sound_trace();
  hdf5::prepare_library();
  Choices choices(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  const Object file = open_in_memory(sound);
  require(file.id.valid(), "the sound trace cannot be opened");
  while (choices.remaining_bytes() > 0)
    choices.ConsumeBool() ? set_attribute(choices, file.id) : set_link(choices, file.id);
  read_all(file);
}

}  // namespace peeksim
