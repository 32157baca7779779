// A masks file for a trace of two layers, and its decisions (hdf5_changes.h).
#include <fstream>
#include <iterator>
#include <string>

#include "sim/trace/masks_reader.h"
#include "sim/trace/masks_writer.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/hdf5_changes.h"

namespace peeksim {

namespace {

const ChangeNames names = {
    {"/", "/a", "/b", "/b/c", "/a/first", "/a/gated", "/b/c/first", "/b/c/gated", "/other"},
    {"trace_sha256", "decision_macs", "other"},
    {"sha", "", "line\nbreak"},
    {{}, {1}, {2}, {2, 3, 4}, {2, 5, 3, 4}, {2, 2, 2}, {2, 1, 2, 2}, {1 << 24, 1}}};

TraceInfo trace_of_two_layers() {
  TraceInfo trace;
  trace.images = 2;
  trace.layers.resize(2);
  Layer& a = trace.layers[0].layer;
  Layer& c = trace.layers[1].layer;
  a.name = "a", a.H = 3, a.W = 4, a.K = 5;
  c.name = "b/c", c.H = c.W = 2;
  return trace;
}

std::string sound_masks(const TraceInfo& trace) {
  const std::string path = input_folder() + "/masks.h5";
  MasksWriter writer(path, "sha", true);
  for (const TraceLayer& traced : trace.layers) {
    writer.begin_layer(traced.layer, trace.images);
    const Masks::Decisions nothing = {std::vector<std::uint8_t>(traced.layer.positions()),
                                      std::vector<std::uint8_t>(traced.layer.outputs())};
    for (int image = 0; image < trace.images; ++image) writer.write(image, nothing);
  }
  writer.close();
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

void read_input(const std::string& bytes) {
  static const TraceInfo trace = trace_of_two_layers();
  static const std::string sound = sound_masks(trace);
  hdf5::prepare_library();
  hdf5::Object file = open_in_memory(sound);
  require(file.id.valid(), "the sound masks cannot be opened");
  Hdf5Changes(names, bytes).apply(file.id);
  const MasksReader masks(std::move(file), "sha", trace);
  for (const TraceLayer& traced : trace.layers)
    for (int image = 0; image < trace.images; ++image)
      if (masks.has(traced.layer.name)) masks.read(traced.layer.name, image);
}

}  // namespace peeksim
