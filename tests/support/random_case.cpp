#include "tests/support/random_case.h"

#include <algorithm>

namespace peeksim {

Layer RandomCase::layer() {
  for (;;) {
    Layer layer;
    layer.name = "random";
    layer.groups = pick<int>({1, 1, 1, 2, 3});
    layer.C = layer.groups * from(1, 8);
    layer.K = layer.groups * from(1, 20);
    layer.H = from(1, 14), layer.W = from(1, 14);
    layer.R = from(1, 4), layer.S = from(1, 4);
    layer.stride_h = from(1, 3), layer.stride_w = from(1, 3);
    layer.dilation_h = pick<int>({1, 1, 2}), layer.dilation_w = pick<int>({1, 1, 2});
    layer.pad_top = from(0, 2), layer.pad_left = from(0, 2);
    layer.pad_bottom = from(0, 2), layer.pad_right = from(0, 2);
    layer.residual = one_in(4);
    if (shape_error(layer).empty()) return layer;
  }
}

MachineSpec RandomCase::machine() {
  MachineSpec machine;
  machine.name = "random";
  machine.array.rows = from(1, 16);
  machine.array.cols = from(1, 16);
  machine.array.lanes = pick<int>({1, 1, 2, 5});
  machine.array.dispatch = pick<std::string>({"gate", "row_skip", "packed"});
  machine.array.gate_zero_activations = !one_in(3);
  machine.precision.activation_bytes = pick<int>({1, 1, 2, 4});
  machine.precision.weight_bytes = pick<int>({1, 1, 2, 4});
  machine.buffers.ifmap_bytes = pick<Bytes>({300, 1001, 3000, 65536});
  machine.buffers.weight_bytes = pick<Bytes>({100, 301, 1000, 65536});
  machine.buffers.ofmap_bytes = pick<Bytes>({300, 1001, 3000, 65536});
  machine.buffers.ifmap_read_width = pick<int>({0, 0, 1, 7, 16});
  machine.buffers.weight_read_width = pick<int>({0, 0, 1, 7, 16});
  machine.dram.bytes_per_cycle = pick<Bytes>({1, 4, 16, 100});
  machine.dram.latency = pick<Cycle>({0, 0, 1, 13, 100});
  machine.prediction.policy = pick<std::string>({"none", "oracle", "peek", "peek", "peek"});
  machine.prediction.window = {from(1, 4), from(1, 4)};
  machine.prediction.peeks.pattern =
      pick<std::string>({"corner", "diagonal", "diagonal", "checkerboard", "all", ""});
  if (machine.prediction.peeks.pattern.empty())
    for (int i = from(1, 3); i > 0; --i)
      machine.prediction.peeks.list.push_back({from(0, machine.prediction.window.height - 1),
                                               from(0, machine.prediction.window.width - 1)});
  machine.prediction.threshold = pick<double>({0, 0, 0, -0.5, 1});
  machine.prediction.latency = pick<Cycle>({0, 0, 3, 20, 200});
  machine.schedule.loop_order = pick<std::string>({"auto", "block_major", "group_major"});
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
