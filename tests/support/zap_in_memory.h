// Networks of policy zap without a file.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/lookup.h"
#include "sim/config/machine.h"
#include "sim/workload/layer.h"
#include "tests/support/random.h"

namespace peeksim {

// Of K channels that all have the same kernels.
inline ZapNetwork uniform_network(int K, const std::vector<float>& kernel1, float bias1,
                                  const std::vector<float>& kernel2, float bias2) {
  ZapNetwork network;
  for (int k = 0; k < K; ++k) {
    network.kernel1.insert(network.kernel1.end(), kernel1.begin(), kernel1.end());
    network.kernel2.insert(network.kernel2.end(), kernel2.begin(), kernel2.end());
  }
  network.bias1.assign(K, bias1);
  network.bias2.assign(K, bias2);
  return network;
}

inline ZapNetwork random_network(Random& random, int K) {
  return {random.values(K * 9), random.values(K), random.values(K * 9), random.values(K)};
}

inline ZapNetworks networks_of(const std::string& pattern, const Layer& layer, ZapNetwork network) {
  ZapNetworks networks;
  networks.pattern =
      &require_row(first_patterns(), pattern, "pattern", ErrorKind::config, "pattern");
  networks.layers[path_in_files(layer)] = std::move(network);
  return networks;
}

inline void use_zap(MachineSpec& machine, ZapNetworks networks) {
  machine.prediction.policy = "zap";
  machine.prediction.zap_file = "in memory";
  machine.prediction.zap = std::make_shared<ZapNetworks>(std::move(networks));
}

}  // namespace peeksim
