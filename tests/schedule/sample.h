// Small layers and machines for the tests of the schedule, by hand and at random.
#pragma once

#include <string>

#include "sim/config/machine.h"
#include "sim/skip/layer_prediction.h"
#include "sim/workload/layer.h"
#include "tests/support/random.h"

namespace peeksim {

inline Layer conv(int C, int H, int W, int K, int R = 1, int S = 1) {
  Layer layer;
  layer.name = "conv1";
  layer.C = C, layer.H = H, layer.W = W, layer.K = K, layer.R = R, layer.S = S;
  return layer;
}

// Buffers that hold any small layer whole.
inline MachineSpec roomy_machine(const std::string& policy, int rows, int cols) {
  MachineSpec machine;
  machine.name = "test";
  machine.array.rows = rows;
  machine.array.cols = cols;
  machine.buffers.ifmap_bytes = machine.buffers.weight_bytes = machine.buffers.ofmap_bytes =
      Bytes{1} << 40;
  machine.prediction.policy = policy;
  return machine;
}

inline WindowGrid grid_of(const MachineSpec& machine, const Layer& layer) {
  return resolve_prediction(machine, layer, false).grid;
}

// Asymmetric padding, strides and dilations that differ by direction, groups.
inline Layer random_layer(Random& random) {
  for (;;) {
    const int groups = random.one_of<int>({1, 1, 2, 3});
    Layer layer = conv(groups * random.between(1, 3), random.between(1, 9), random.between(1, 9),
                       groups * random.between(1, 7), random.between(1, 3), random.between(1, 3));
    layer.groups = groups;
    layer.stride_h = random.between(1, 3);
    layer.stride_w = random.between(1, 3);
    layer.pad_top = random.between(0, 2);
    layer.pad_left = random.between(0, 2);
    layer.pad_bottom = random.between(0, 2);
    layer.pad_right = random.between(0, 2);
    layer.dilation_h = random.between(1, 3);
    layer.dilation_w = random.between(1, 2);
    layer.residual = random.one_in(2);
    if (shape_error(layer).empty()) return layer;
  }
}

// Any policy, dispatch and order; buffers about as large as the layers of random_layer().
inline MachineSpec random_machine(Random& random) {
  MachineSpec machine = roomy_machine(random.one_of<std::string>({"none", "peek", "oracle"}),
                                      random.between(1, 9), random.between(1, 5));
  machine.array.dispatch = random.one_of<std::string>({"gate", "row_skip", "packed"});
  machine.precision = {random.one_of<int>({4, 8, 16}), random.one_of<int>({8, 12, 16, 32})};
  machine.buffers.ifmap_bytes = random.between(1, 400);
  machine.buffers.ofmap_bytes = random.between(1, 400);
  machine.buffers.weight_bytes = random.between(40, 400);
  machine.prediction.window = {random.between(1, 4), random.between(1, 4)};
  machine.prediction.peeks.pattern =
      random.one_of<std::string>({"corner", "diagonal", "checkerboard", "all"});
  machine.schedule.loop_order = random.one_of<std::string>({"auto", "block_major", "group_major"});
  return machine;
}

// The same with buffers that most random layers fit.
inline MachineSpec roomy_random_machine(Random& random) {
  MachineSpec machine = random_machine(random);
  machine.buffers.ifmap_bytes *= 4;
  machine.buffers.ofmap_bytes *= 4;
  return machine;
}

}  // namespace peeksim
