// Writes a masks file (docs/masks.md), one layer and one image at a time. The file is written as
// PATH.partial and renamed by close(). The same calls write the same bytes.
#pragma once

#include <string>

#include "sim/base/output_file.h"
#include "sim/config/masks.h"
#include "sim/trace/hdf5.h"
#include "sim/workload/layer.h"

namespace peeksim {

class MasksWriter {
 public:
  // Throws Error(output) when `path` exists (unless `overwrite`) or cannot be written.
  MasksWriter(const std::string& path, const std::string& trace_sha256, bool overwrite);

  // Starts the next layer, which has decisions of so many images. decision_macs: as
  // Masks::decision_macs.
  void begin_layer(const Layer& layer, int images, Count decision_macs = 0);
  // Throws Error(output): full disk.
  void write(int image, const Masks::Decisions& made);

  void close();

 private:
  void check(bool good) const;
  hdf5::Handle create(const char* name, std::vector<hsize_t> shape) const;
  void write(const hdf5::Handle& dataset, int image, const std::vector<std::uint8_t>& values) const;

  std::string path_;
  OutputFile output_;  // goes last: HDF5 closes its own file first
  hdf5::Handle file_, group_, first_, gated_;
};

}  // namespace peeksim
