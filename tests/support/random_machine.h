// Small random layers and machines, whatever the source of the choices: RandomCase draws them from
// a seed, the property tests from RapidCheck, which shrinks each choice on its own.
//
// A source `draw` has from(least, most), one_in(n) and pick<T>(choices).
#pragma once

#include <algorithm>
#include <string>

#include "sim/config/machine.h"
#include "sim/workload/layer.h"

namespace peeksim {

// Every feature of layers: groups, stride, uneven padding, dilation, residual. The shape need not
// be possible.
template <class Draw>
Layer draw_layer(Draw&& draw) {
  Layer layer;
  layer.name = "random";
  layer.groups = draw.template pick<int>({1, 1, 1, 2, 3});
  layer.C = layer.groups * draw.from(1, 8);
  layer.K = layer.groups * draw.from(1, 20);
  layer.H = draw.from(1, 14), layer.W = draw.from(1, 14);
  layer.R = draw.from(1, 4), layer.S = draw.from(1, 4);
  layer.stride_h = draw.from(1, 3), layer.stride_w = draw.from(1, 3);
  layer.dilation_h = draw.template pick<int>({1, 1, 2});
  layer.dilation_w = draw.template pick<int>({1, 1, 2});
  layer.pad_top = draw.from(0, 2), layer.pad_left = draw.from(0, 2);
  layer.pad_bottom = draw.from(0, 2), layer.pad_right = draw.from(0, 2);
  layer.residual = draw.one_in(4);
  return layer;
}

// Any policy, dispatch and peeks; buffers from too small for most layers to large enough for all.
template <class Draw>
MachineSpec draw_machine(Draw&& draw) {
  MachineSpec machine;
  machine.name = "random";
  machine.array.rows = draw.from(1, 16);
  machine.array.cols = draw.from(1, 16);
  machine.array.lanes = draw.template pick<int>({1, 1, 2, 5});
  machine.array.dispatch =
      draw.template pick<std::string>({"gate", "row_skip", "packed", "balanced", "balanced_fill"});
  machine.array.gate_zero_activations = !draw.one_in(3);
  machine.array.skip_zero_activations = machine.array.gate_zero_activations && draw.one_in(2);
  machine.array.zero_lookahead = draw.template pick<int>({0, 0, 1, 3, 8});
  machine.precision.activation_bits = draw.template pick<int>({8, 8, 16, 32, 4, 12});
  machine.precision.weight_bits = draw.template pick<int>({8, 8, 16, 32, 4, 12});
  machine.buffers.ifmap_bytes = draw.template pick<Bytes>({300, 1001, 3000, 65536});
  machine.buffers.weight_bytes = draw.template pick<Bytes>({100, 301, 1000, 65536});
  machine.buffers.ofmap_bytes = draw.template pick<Bytes>({300, 1001, 3000, 65536});
  machine.buffers.ifmap_read_width = draw.template pick<int>({0, 0, 1, 7, 16});
  if (machine.buffers.ifmap_read_width > 0)
    machine.buffers.ifmap_banks =
        std::min(machine.buffers.ifmap_read_width, draw.template pick<int>({0, 0, 1, 3, 4}));
  machine.buffers.weight_read_width = draw.template pick<int>({0, 0, 1, 7, 16});
  machine.dram.bytes_per_10_cycles = draw.template pick<Bytes>({10, 40, 160, 1000, 7, 128});
  machine.dram.latency = draw.template pick<Cycle>({0, 0, 1, 13, 100});
  machine.prediction.policy =
      draw.template pick<std::string>({"none", "oracle", "peek", "peek", "peek"});
  machine.prediction.window = {draw.from(1, 4), draw.from(1, 4)};
  machine.prediction.peeks.pattern = draw.template pick<std::string>(
      {"corner", "diagonal", "diagonal", "checkerboard", "all", ""});
  if (machine.prediction.peeks.pattern.empty())
    for (int i = draw.from(1, 3); i > 0; --i)
      machine.prediction.peeks.list.push_back({draw.from(0, machine.prediction.window.height - 1),
                                               draw.from(0, machine.prediction.window.width - 1)});
  machine.prediction.threshold = draw.template pick<double>({0, 0, 0, -0.5, 1});
  machine.prediction.latency = draw.template pick<Cycle>({0, 0, 3, 20, 200});
  machine.schedule.loop_order =
      draw.template pick<std::string>({"auto", "block_major", "group_major"});
  return machine;
}

}  // namespace peeksim
