// Small traces for the trace room's tests.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/trace/trace.h"
#include "sim/trace/trace_writer.h"
#include "tests/support/error_message.h"
#include "tests/support/temp_folder.h"

namespace peeksim {

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

inline Layer conv_layer(const std::string& name, int C, int H, int W, int K, int R, int pad) {
  Layer layer;
  layer.name = name;
  layer.C = C, layer.H = H, layer.W = W, layer.K = K, layer.R = R, layer.S = R;
  layer.pad_top = layer.pad_left = layer.pad_bottom = layer.pad_right = pad;
  return layer;
}

// Two convolutions and a classifier, chained.
inline std::vector<Layer> sample_layers() {
  std::vector<Layer> layers = {conv_layer("conv1", 3, 8, 6, 4, 3, 1),
                               conv_layer("conv2", 4, 8, 6, 5, 1, 0),
                               conv_layer("fc", 240, 1, 1, 10, 1, 0)};
  layers[1].activation = Activation::relu6;
  layers[1].residual = true;
  layers[2].kind = LayerKind::fc;
  layers[2].activation = Activation::none;
  return layers;
}

// Values that every type stores exactly: steps of 1/8, some negative, some zero.
inline std::vector<float> sample_values(Count count, int seed) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(
                    static_cast<int>((i * 37 + static_cast<std::size_t>(seed) * 11) % 201) - 100) /
                8;
  }
  return values;
}

inline std::vector<float> sample_ofmap(const Layer& layer, std::size_t index, int image) {
  return sample_values(layer.outputs(), static_cast<int>(index) * 7 + image);
}

inline std::vector<float> sample_ifmap(const Layer& layer, std::size_t index, int image) {
  std::vector<float> values =
      sample_values(Count{layer.C} * layer.H * layer.W, static_cast<int>(index) * 7 + image + 3);
  for (float& value : values) value = value > 0 ? value : 0;
  return values;
}

inline TraceHeader sample_header(int images) {
  TraceHeader header;
  header.network = "sample";
  header.origin = "made by a test";
  header.workload = "sample";
  header.images = images;
  for (int i = 0; i < images; ++i) {
    header.image_names.push_back("image" + std::string(static_cast<std::size_t>(i), 'x') + ".png");
    header.labels.push_back(i - 1);
  }
  return header;
}

inline void write_sample(const std::string& path, const std::string& type, int images) {
  TraceWriter writer(path, sample_header(images));
  const std::vector<Layer> layers = sample_layers();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    writer.begin_layer(layers[i], {type, 0.125f, i != 2, 0.125f});
    for (int image = 0; image < images; ++image) {
      writer.write_ofmap(image, sample_ofmap(layers[i], i, image));
      if (i != 2) writer.write_ifmap(image, sample_ifmap(layers[i], i, image));
    }
  }
  writer.close();
}

// Everything a trace says, as text: equal texts, equal traces.
inline std::string describe(const std::string& path) {
  const Trace trace(path);
  const TraceInfo& info = trace.info();
  std::ostringstream text;
  text << std::hexfloat << info.network << '|' << info.origin << '|' << info.synthetic << '|'
       << info.workload << '|' << info.images << '\n';
  for (const std::string& name : info.image_names) text << name << ' ';
  for (const int label : info.labels) text << label << ' ';
  std::vector<float> values;
  for (std::size_t i = 0; i < info.layers.size(); ++i) {
    const TraceLayer& about = info.layers[i];
    const Layer& layer = about.layer;
    text << '\n'
         << layer.name << ' ' << kind_name(layer) << ' ' << activation_name(layer.activation) << ' '
         << about.ofmap_type << about.has_ifmap << about.has_weight << about.has_bias
         << about.has_residual << about.checksummed;
    for (const int number :
         {layer.C, layer.H, layer.W, layer.K, layer.R, layer.S, layer.stride_h, layer.stride_w,
          layer.pad_top, layer.pad_left, layer.pad_bottom, layer.pad_right, layer.dilation_h,
          layer.dilation_w, layer.groups, layer.residual ? 1 : 0}) {
      text << ' ' << number;
    }
    for (int image = 0; image < info.images; ++image) {
      trace.read_ofmap(i, image, values);
      for (const float value : values) text << ' ' << value;
      if (!about.has_ifmap) continue;
      trace.read_ifmap(i, image, values);
      for (const float value : values) text << ' ' << value;
    }
  }
  return text.str();
}

// Runs a Python program with `arguments`; h5py writes what other people's programs would write.
inline void run_python(const std::string& program, const std::string& arguments) {
  const char* chosen = std::getenv("PEEKSIM_PYTHON");
  const std::string python = chosen ? chosen : "/usr/bin/python3";
  const std::string command = python + " '" + program + "' " + arguments;
  INFO(command);
  REQUIRE_MESSAGE(std::system(command.c_str()) == 0,
                  "Python with h5py failed; PEEKSIM_PYTHON names another interpreter");
}

}  // namespace peeksim
