// A layer of which only the ofmap matters.
#pragma once

#include "sim/workload/layer.h"

namespace peeksim {

// A 1x1 convolution of one channel: an ofmap [K,P,Q].
inline Layer plane(int P, int Q, int K = 1) {
  Layer layer;
  layer.name = "a";
  layer.H = P, layer.W = Q, layer.K = K;
  return layer;
}

}  // namespace peeksim
