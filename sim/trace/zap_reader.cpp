#include "sim/trace/zap_reader.h"

#include <algorithm>
#include <cmath>

#include "sim/base/suggest.h"
#include "sim/trace/hdf5_values.h"
#include "sim/trace/layer_groups.h"
#include "sim/trace/rehearsal.h"
#include "sim/trace/sha256.h"

namespace peeksim {

namespace {

constexpr const char* remedy = "docs/zap.md says what a networks file holds";
constexpr const char* format = "peeksim-zap";
constexpr hsize_t max_channels = 1 << 20;

// A dataset of the shape [channels], or [channels,3,3]; channels 0: any number.
std::vector<float> read_numbers(const hdf5::Object& group, const char* name, bool kernels,
                                hsize_t channels) {
  const hdf5::Object numbers = hdf5::open_dataset(group, name);
  const std::vector<hsize_t> shape = hdf5::shape_of(numbers);
  const hsize_t found = shape.empty() ? 0 : shape[0];
  std::vector<hsize_t> wanted = {channels == 0 ? found : channels};
  if (kernels) wanted.insert(wanted.end(), {3, 3});
  if (shape != wanted || found == 0 || found > max_channels)
    numbers.fail("has the shape " + hdf5::shape_text(shape) + ", expected " +
                     (channels == 0 ? std::string("[K,3,3], one kernel for each channel")
                                    : hdf5::shape_text(wanted)),
                 remedy);
  const hdf5::Handle type(H5Dget_type(numbers.id), H5Tclose);
  if (H5Tget_class(type) != H5T_FLOAT || H5Tget_size(type) > sizeof(float))
    numbers.fail("must hold 32-bit floats", remedy);
  std::vector<float> values(found * (kernels ? 9 : 1));
  if (H5Dread(numbers.id, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    numbers.fail_damaged("cannot be read");
  const auto odd =
      std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
  if (odd != values.end())
    numbers.fail("channel " + std::to_string((odd - values.begin()) / (kernels ? 9 : 1)) +
                     ": expected a finite number",
                 "train it anew, with a lower rate or other images");
  return values;
}

ZapNetwork read_network(const hdf5::Object& group) {
  ZapNetwork network;
  network.kernel1 = read_numbers(group, "kernel1", true, 0);
  const hsize_t channels = network.kernel1.size() / 9;
  network.bias1 = read_numbers(group, "bias1", false, channels);
  network.kernel2 = read_numbers(group, "kernel2", true, channels);
  network.bias2 = read_numbers(group, "bias2", false, channels);
  return network;
}

const FirstPattern* find_pattern(const hdf5::Object& file) {
  const std::string wanted = hdf5::read_string(file, "pattern");
  std::vector<std::string> names;
  for (const FirstPattern& pattern : first_patterns()) {
    if (pattern.name == wanted) return &pattern;
    names.push_back(pattern.name);
  }
  file.fail("attribute @pattern: unknown name '" + wanted + "'", suggest(wanted, names));
}

}  // namespace

ZapNetworks read_zap_networks(const std::string& path) {
  // In a child first, which damage may crash.
  hdf5::rehearse(path, [&] { read_zap_networks(hdf5::open_file(path)); });
  ZapNetworks networks = read_zap_networks(hdf5::open_file(path));
  networks.sha256 = sha256_of_file(path);
  return networks;
}

ZapNetworks read_zap_networks(const hdf5::Object& file) {
  if (!hdf5::has_attribute(file, "format") || hdf5::read_string(file, "format") != format)
    file.fail(
        "is no networks file of policy zap: its attribute @format is not " + std::string(format),
        remedy);
  ZapNetworks networks;
  networks.pattern = find_pattern(file);
  hdf5::visit_layer_groups(file, {"kernel1", "bias1", "kernel2", "bias2"},
                           [&](const hdf5::Object& group, const std::string& path) {
                             networks.layers.emplace(path, read_network(group));
                           });
  if (networks.layers.empty()) file.fail("holds no layer", remedy);
  return networks;
}

}  // namespace peeksim
