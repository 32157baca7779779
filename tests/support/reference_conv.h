// Convolution written from its definition, to check what the clocked array computes.
#pragma once

#include <cmath>
#include <vector>

#include "sim/workload/layer.h"

namespace peeksim {

// The sums of products of every output, [K,P,Q]. ifmap: [C,H,W]; weight: [K,C/groups,R,S].
inline std::vector<double> reference_conv(const Layer& layer, const std::vector<float>& ifmap,
                                          const std::vector<float>& weight) {
  const int channels = layer.C / layer.groups;
  std::vector<double> sums;
  for (int k = 0; k < layer.K; ++k)
    for (int p = 0; p < layer.P(); ++p)
      for (int q = 0; q < layer.Q(); ++q) {
        double sum = 0;
        for (int c = 0; c < channels; ++c)
          for (int r = 0; r < layer.R; ++r)
            for (int s = 0; s < layer.S; ++s) {
              const int y = p * layer.stride_h - layer.pad_top + r * layer.dilation_h;
              const int x = q * layer.stride_w - layer.pad_left + s * layer.dilation_w;
              if (y < 0 || y >= layer.H || x < 0 || x >= layer.W) continue;
              const int from = k / (layer.K / layer.groups) * channels + c;
              sum += double{ifmap[(from * layer.H + y) * layer.W + x]} *
                     weight[((k * channels + c) * layer.R + r) * layer.S + s];
            }
        sums.push_back(sum);
      }
  return sums;
}

}  // namespace peeksim
