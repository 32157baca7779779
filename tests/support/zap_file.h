// Writes a networks file, as tools/peek_zap.py does.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "sim/config/zap_networks.h"
#include "sim/trace/hdf5_output.h"

namespace peeksim {

inline void write_zap_dataset(hid_t group, const char* name, const std::vector<float>& values,
                              const std::vector<hsize_t>& shape) {
  const hdf5::Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
                           H5Sclose);
  const hdf5::Handle dataset(
      H5Dcreate2(group, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
      H5Dclose);
  if (H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    throw std::runtime_error("a networks file cannot be written");
}

inline void write_zap_file(const std::string& path, const ZapNetworks& networks) {
  const hdf5::Handle file = hdf5::create_file(path);
  hdf5::write_text(file, "format", "peeksim-zap");
  hdf5::write_text(file, "pattern", networks.pattern->name);
  const hdf5::Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links, 1);
  for (const auto& [name, network] : networks.layers) {
    const hdf5::Handle group(
        H5Gcreate2(file, name.c_str(), links, hdf5::without_times(H5P_GROUP_CREATE), H5P_DEFAULT),
        H5Gclose);
    const hsize_t K = network.bias1.size();
    write_zap_dataset(group, "kernel1", network.kernel1, {K, 3, 3});
    write_zap_dataset(group, "bias1", network.bias1, {K});
    write_zap_dataset(group, "kernel2", network.kernel2, {K, 3, 3});
    write_zap_dataset(group, "bias2", network.bias2, {K});
  }
}

}  // namespace peeksim
