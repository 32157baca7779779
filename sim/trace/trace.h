// A trace: what a trained CNN's layers computed on some images, in one HDF5 file
// (docs/trace-format.md). Opened once, read one layer and one image at a time, so that memory does
// not grow with the number of images or layers. A process that is forked reads the same open file:
// HDF5 reads at offsets (pread), so processes have no position in common.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/units.h"
#include "sim/workload/layer.h"

namespace peeksim {

struct TraceLayer {
  Layer layer;
  std::string ofmap_type;  // "f32", "f16" or "i8"; of i8 arithmetic "i8" or "i16"
  bool has_ifmap = false;
  bool has_weight = false;
  bool has_bias = false;
  bool has_residual = false;  // the residual's values; layer.residual: the layer adds one
  bool checksummed = false;   // every dataset of the layer has checksums
  bool integer = false;       // i8 arithmetic: docs/trace-format.md; then all tensors are there
  int ifmap_zero_point = 0;   // the stored integer that is the value 0; subtracted by every reader
  int residual_zero_point = 0;
};

// Whether zeros were predicted in the network while it was recorded. Open loop: no; closed loop:
// yes, so that the values carry the mispredictions of earlier layers.
struct TraceLoop {
  bool closed = false;
  std::string machine;   // the machine that predicted; "" in the open loop
  std::string settings;  // the digest of its prediction settings (layer_settings.h), or ""
};

// MACs of the network that no layer of the trace holds: attention, transposed convolutions.
struct UnrecordedMacs {
  Count macs = 0;     // per image; 0: none, or not known
  std::string names;  // what does them, in one line, or ""
};

struct TraceInfo {
  std::string path;
  bool has_values = true;  // false: the shapes of a workload, which only dense machines can run
  int version = 1;         // of the format
  std::string network;
  std::string origin;      // how the trace was made, in a sentence
  bool synthetic = false;  // not taken from a trained network
  std::string workload;    // the name of the workload whose shapes it has, or ""
  TraceLoop loop;
  UnrecordedMacs unrecorded;
  int images = 0;
  std::vector<std::string> image_names;  // one per image, or empty
  std::vector<int> labels;               // one per image, or empty
  std::vector<TraceLayer> layers;        // in the order of execution
  bool metadata_checksummed = false;     // written with libver="latest"
  std::vector<std::string> unknown;      // objects and attributes that the format does not know
};

// The tensors of a layer; the first three exist once per image.
enum class TraceTensor { ofmap, ifmap, residual, weight, bias };

// The origin of a workload that stands in the place of a trace.
constexpr const char* shapes_origin = "no values: the shapes of a workload";

// What may stand in the place of a trace.
enum class TraceInput { values, values_or_shapes };

class Trace {
 public:
  // Opens a trace and checks its structure: format mark, version, attributes, dataset shapes
  // against the layers. Throws Error(trace): missing, truncated, damaged or foreign file,
  // contradictory shapes.
  //
  // values_or_shapes: a workload (is_workload) stands for a trace of one image without values: its
  // ofmaps read as zeros. Throws Error(config) as load_workload.
  explicit Trace(const std::string& path, TraceInput input = TraceInput::values);
  ~Trace();

  const TraceInfo& info() const;

  // SHA-256 of the file's bytes, in hexadecimal: the trace's identity in results.
  // Read once, at the first call.
  std::string sha256() const;

  // The values that enter the activation: [K,P,Q], as float (an integer times its scale). Resizes
  // `values`. Throws Error(trace): checksum error, NaN or infinity, with layer, image and position.
  void read_ofmap(std::size_t layer, int image, std::vector<float>& values) const;

  // The ifmap: [C,H,W]. REQUIRES: layers[layer].has_ifmap. Throws as read_ofmap.
  void read_ifmap(std::size_t layer, int image, std::vector<float>& values) const;

  // Any tensor that the layer has, as float: an i8 less its zero point, times its scale. `image` is
  // ignored for weight and bias.
  // REQUIRES: the layer has it. Throws as read_ofmap.
  void read(std::size_t layer, TraceTensor tensor, int image, std::vector<float>& values) const;

  // The integers of a layer of i8 arithmetic, less their zero point, so that the integer 0 is the
  // value 0, and their scale: one number, or for the weight one per output channel. REQUIRES:
  // layers[layer].integer; the layer has the tensor; scales: it is not the bias. Throws as
  // read_ofmap.
  void read_integers(std::size_t layer, TraceTensor tensor, int image,
                     std::vector<std::int32_t>& values) const;
  std::vector<float> scales(std::size_t layer, TraceTensor tensor) const;

  // The root mean square of each layer's ofmap over all images, as float times float summed in
  // double in the order of the file. Reads the whole trace at the first call. Throws as read_ofmap.
  const std::vector<double>& ofmap_rms() const;

  // How many tensors have been read so far, those of each image counted.
  Count reads() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The shapes of a trace's layers, in the order of execution.
std::vector<Layer> layers_of(const TraceInfo& info);

}  // namespace peeksim
