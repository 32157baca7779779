#include "sim/operands/patches.h"

namespace peeksim {

Patches::Patches(const Layer& layer, const std::vector<float>& ifmap)
    : layer_(layer), ifmap_(ifmap), values_(layer.L() * max_outputs) {}

void Patches::take(int group, int first, int count) {
  const int channels = layer_.C / layer_.groups, Q = layer_.Q();
  const float* plane = &ifmap_[std::size_t(group) * channels * layer_.H * layer_.W];
  float* out = values_.data();
  for (int c = 0; c < channels; ++c, plane += std::size_t(layer_.H) * layer_.W)
    for (int r = 0; r < layer_.R; ++r)
      for (int s = 0; s < layer_.S; ++s, out += max_outputs)
        for (int i = 0; i < count; ++i) {
          const int y = (first + i) / Q * layer_.stride_h - layer_.pad_top + r * layer_.dilation_h;
          const int x = (first + i) % Q * layer_.stride_w - layer_.pad_left + s * layer_.dilation_w;
          const bool inside = y >= 0 && y < layer_.H && x >= 0 && x < layer_.W;
          out[i] = inside ? plane[std::size_t(y) * layer_.W + x] : 0.0f;
        }
}

}  // namespace peeksim
