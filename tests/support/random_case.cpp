#include "tests/support/random_case.h"

#include <algorithm>

#include "tests/support/random_machine.h"

namespace peeksim {

Layer RandomCase::layer() {
  for (;;) {
    const Layer layer = draw_layer(*this);
    if (shape_error(layer).empty()) return layer;
  }
}

MachineSpec RandomCase::machine() {
  return draw_machine(*this);
}

MachineSpec RandomCase::machine_with_ties() {
  MachineSpec machine = draw_machine(*this);
  machine.buffers.ifmap_bytes = machine.buffers.ofmap_bytes = 65536;
  machine.buffers.weight_bytes = pick<Bytes>({301, 1000, 65536});
  machine.dram = {pick<Bytes>({10, 160, 10000}), pick<Cycle>({0, 0, 1, 5})};
  return machine;
}

std::vector<float> RandomCase::ofmap(const Layer& layer) {
  return planes(layer.K, layer.P(), layer.Q());
}

std::vector<float> RandomCase::ifmap(const Layer& layer) {
  std::vector<float> values = planes(layer.C, layer.H, layer.W);
  for (float& value : values) value = std::max(value, 0.0f);
  return values;
}

std::vector<float> RandomCase::planes(int channels, int height, int width) {
  std::vector<float> values;
  for (int k = 0; k < channels; ++k) {
    const int patch = from(1, 5);
    const int across = width / patch + 1;
    std::vector<int> level(static_cast<std::size_t>((height / patch + 1) * across));
    for (int& l : level) l = from(-6, 4);
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        const int base = level[static_cast<std::size_t>(y / patch * across + x / patch)];
        values.push_back(static_cast<float>(base + from(-2, 2)) / 4);
      }
  }
  return values;
}

}  // namespace peeksim
