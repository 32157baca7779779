// Small random layers, machines and values from a seed: the same on every platform.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "sim/config/machine.h"
#include "sim/workload/layer.h"

namespace peeksim {

class RandomCase {
 public:
  explicit RandomCase(std::uint64_t seed) : random_(seed) {}

  int from(int least, int most) {
    return least + static_cast<int>(random_() % static_cast<std::uint64_t>(most - least + 1));
  }
  bool one_in(int n) { return from(1, n) == 1; }
  template <class T>
  T pick(const std::vector<T>& choices) {
    return choices[random_() % choices.size()];
  }

  // A possible shape with every feature of layers: groups, stride, uneven padding, dilation,
  // residual.
  Layer layer();
  // Any policy, dispatch and peeks; buffers from too small for most layers to large enough for all.
  MachineSpec machine();
  // Every layer fits, and many requests fall into one cycle, which is where the order of
  // processes could matter.
  MachineSpec machine_with_ties();
  // [K,P,Q]: positive and negative values that cluster in space, some exactly 0.
  std::vector<float> ofmap(const Layer& layer);
  // [C,H,W]: as after a ReLU.
  std::vector<float> ifmap(const Layer& layer);

 private:
  std::vector<float> planes(int channels, int height, int width);

  std::mt19937_64 random_;
};

}  // namespace peeksim
