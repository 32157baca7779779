// Reads decisions that another program made for a trace (docs/masks.md): an HDF5 file with the
// trace's identity and, for each layer, which outputs are computed first and which are gated.
// Opened once, read one layer and one image at a time, as a trace is, and by forked processes too.
#pragma once

#include <map>
#include <string>

#include "sim/config/masks.h"
#include "sim/trace/hdf5.h"
#include "sim/trace/trace.h"

namespace peeksim {

class MasksReader : public Masks {
 public:
  // Throws Error(trace): missing or damaged file, masks of another trace, a layer that the trace
  // does not have, shapes that are not the layer's.
  MasksReader(const std::string& path, const Trace& trace);
  // The same of an open file, for a trace with that SHA-256; sha256() is then "".
  MasksReader(hdf5::Object file, const std::string& trace_sha256, const TraceInfo& trace);

  // Of the file's bytes, in hexadecimal.
  const std::string& sha256() const { return sha256_; }

  bool has(const std::string& layer) const override { return layers_.count(layer) > 0; }
  Count decision_macs(const std::string& layer) const override {
    return layers_.at(layer).decision_macs;
  }
  // Throws Error(trace), with the position: a value other than 0 and 1, an output that is computed
  // first and gated.
  Decisions read(const std::string& layer, int image) const override;

 private:
  struct LayerMasks {
    hdf5::Object first, gated;
    Layer shape;
    Count decision_macs = 0;
  };

  void add_layer(const hdf5::Object& group, const std::string& path,
                 const std::map<std::string, const Layer*>& layers, int images);

  std::string sha256_;
  hdf5::Object file_;
  std::map<std::string, LayerMasks> layers_;  // by name
};

}  // namespace peeksim
