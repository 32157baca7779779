// Reads the networks file of policy zap (docs/zap.md): an HDF5 file with a pattern and, for each
// layer, the kernels of its channels.
#pragma once

#include <string>

#include "sim/config/zap_networks.h"
#include "sim/trace/hdf5.h"

namespace peeksim {

// Throws Error(trace): missing or damaged file, another format, an unknown pattern, shapes that do
// not belong together, numbers that are not finite.
ZapNetworks read_zap_networks(const std::string& path);

// The same of an open file, without its SHA-256.
ZapNetworks read_zap_networks(const hdf5::Object& file);

}  // namespace peeksim
