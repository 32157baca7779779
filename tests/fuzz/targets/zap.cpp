// A networks file of two layers (hdf5_changes.h).
#include <fstream>
#include <iterator>
#include <string>

#include "sim/trace/zap_reader.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/hdf5_changes.h"
#include "tests/support/zap_file.h"

namespace peeksim {

namespace {

const ChangeNames names = {
    {"/", "/a", "/b", "/b/c", "/a/kernel1", "/a/bias1", "/a/kernel2", "/a/bias2", "/b/c/kernel1",
     "/b/c/bias2", "/other"},
    {"format", "pattern", "other"},
    {"peeksim-zap", "thirds", "", "line\nbreak"},
    {{}, {1}, {2}, {2, 3, 3}, {5, 3, 3}, {5}, {2, 1, 3, 3}, {1 << 24, 3, 3}}};

std::string sound_networks() {
  const std::string path = input_folder() + "/zap.h5";
  ZapNetworks networks;
  networks.pattern = &first_patterns()[0];
  for (const auto& [name, channels] : {std::pair<const char*, int>{"a", 5}, {"b/c", 2}}) {
    ZapNetwork& network = networks.layers[name];
    network.kernel1.resize(channels * 9);
    network.kernel2.resize(channels * 9);
    network.bias1.resize(channels);
    network.bias2.resize(channels);
  }
  write_zap_file(path, networks);
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

void read_input(const std::string& bytes) {
  hdf5::prepare_library();
  static const std::string sound = sound_networks();
  const hdf5::Object file = open_in_memory(sound);
  require(file.id.valid(), "the sound networks cannot be opened");
  Hdf5Changes(names, bytes).apply(file.id);
  const ZapNetworks networks = read_zap_networks(file);
  for (const auto& [name, network] : networks.layers)
    require(network.channels() > 0 && networks.find(name) == &network, "a network is lost");
}

}  // namespace peeksim
