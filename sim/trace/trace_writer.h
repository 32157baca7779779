// Writes a trace (docs/trace-format.md), one layer and one image at a time. The file is
// written as PATH.partial and renamed by close(), so that PATH never holds half a trace. The same
// calls write the same bytes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/trace/trace.h"

namespace peeksim {

struct TraceHeader {
  std::string network;
  std::string origin;
  bool synthetic = false;
  std::string workload;  // "": not written
  int images = 1;
  std::vector<std::string> image_names;  // one per image, or empty
  std::vector<int> labels;               // one per image, or empty
};

// How a layer's values are stored. A scale is the value of an i8 step; see i8_scale.
struct LayerStorage {
  std::string type = "i8";  // "f32", "f16" or "i8"
  float ofmap_scale = 1;
  bool ifmap = false;
  float ifmap_scale = 1;
};

// The scale with which values up to this magnitude fit an i8.
float i8_scale(float largest_magnitude);

class TraceWriter {
 public:
  // Throws Error(output) when `path` exists (unless `overwrite`) or cannot be written.
  TraceWriter(const std::string& path, const TraceHeader& header, bool overwrite = false);
  ~TraceWriter();  // without close(): removes what was written

  // Starts the next layer. Throws Error(trace) when its shape is impossible.
  void begin_layer(const Layer& layer, const LayerStorage& storage);

  // Stores one image of the current layer: [K,P,Q] and [C,H,W]. A positive value stays positive
  // and one that is <= 0 stays so: i8 and f16 round a small positive value up to their smallest.
  // Throws Error(trace): NaN, infinity, wrong number of values, a value that f16 cannot hold;
  // Error(output): full disk.
  void write_ofmap(int image, const std::vector<float>& values);
  void write_ifmap(int image, const std::vector<float>& values);

  // Completes the file and renames it to its final path. REQUIRES: every image of every layer was
  // written.
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace peeksim
