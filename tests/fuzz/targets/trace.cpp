// The structure of a trace, and its values (hdf5_changes.h).
#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sim/trace/structure.h"
#include "sim/trace/synth.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/hdf5_changes.h"

namespace peeksim {

namespace {

using hdf5::Object;

const ChangeNames names = {
    {"/", "/labels", "/image_names", "/layers", "/layers/0000", "/layers/0001", "/layers/0002",
     "/layers/0000/ofmap", "/layers/0000/ifmap", "/layers/0000/weight", "/layers/0000/bias",
     "/layers/0001/ofmap", "/layers/0001/residual", "/layers/0002/ofmap", "/layers/0003",
     "/layers/other"},
    {"format",     "version",     "network",         "origin",      "synthetic",
     "workload",   "images",      "prediction",      "name",        "kind",
     "activation", "ifmap_shape", "weight_shape",    "ofmap_shape", "stride",
     "pad",        "dilation",    "groups",          "residual",    "arithmetic",
     "scale",      "zero_point",  "unrecorded_macs", "unrecorded",  "other"},
    {"peeksim-trace", "conv1", "conv", "fc", "relu", "relu6", "none", "i8", "",
     "closed loop: peek, settings 1f", "closed loop: ", "line\nbreak"},
    // Those of the trace's tensors with two images, among others.
    {{},
     {1},
     {2},
     {3},
     {4},
     {0},
     {2, 4, 8, 6},
     {5},
     {2, 3, 8, 6},
     {4, 3, 3, 3},
     {2, 5, 8, 6},
     {2, 10, 1, 1},
     {10, 240},
     {1 << 24, 1}}};

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
  const Object file = open_in_memory(sound);
  require(file.id.valid(), "the sound trace cannot be opened");
  Hdf5Changes(names, bytes).apply(file.id);
  read_all(file);
}

}  // namespace peeksim
