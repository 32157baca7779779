#include "sim/schedule/plan.h"

#include <algorithm>

#include "sim/base/error.h"
#include "sim/schedule/blocks.h"

namespace peeksim {

namespace {

struct Group {
  int first_channel = 0;
  int channels = 0;
};

std::vector<Group> cut_groups(int channels, int cols) {
  std::vector<Group> groups;
  for (int first = 0; first < channels; first += cols)
    groups.push_back({first, std::min(cols, channels - first)});
  return groups;
}

// Sets chunk_taps, chunks and streamed from the capacity of half the weight buffer.
void place_weights(const Layer& layer, const MachineSpec& machine, Plan& plan) {
  const int group = std::min(machine.array.cols, layer.K / layer.groups);
  const Bytes half = machine.buffers.weight_bytes / 2;
  plan.chunk_taps = std::min(plan.L, 8 * half / (Count{group} * plan.precision.weight_bits));
  const Bytes tap = plan.precision.weight_bytes(group);
  if (plan.chunk_taps == 0)
    throw Error(ErrorKind::machine, machine.location("buffers.weight_bytes"),
                "layer '" + layer.name + "': one tap of " + std::to_string(group) +
                    " channels needs " + std::to_string(tap) +
                    " bytes of the weight buffer, but half of it holds " + std::to_string(half),
                "make buffers.weight_bytes at least " + std::to_string(2 * tap));
  plan.chunks = static_cast<int>(ceil_div(plan.L, plan.chunk_taps));
  plan.streamed = plan.chunks > 1;
}

// Steps in the given order, with a load wherever the block or the group differs from the
// predecessor's.
std::vector<Step> make_steps(const Layer& layer, const Plan& plan, const std::vector<Group>& groups,
                             bool block_major) {
  const int block_count = static_cast<int>(plan.blocks.size());
  const int group_count = static_cast<int>(groups.size());
  std::vector<Step> steps;
  int block_before = -1, group_before = -1, ifmap_load = -1, weight_load = -1;
  for (int i = 0; i < block_count * group_count; ++i) {
    const int block = block_major ? i / group_count : i % block_count;
    const int group = block_major ? i % group_count : i / block_count;
    const Block& rectangle = plan.blocks[block];
    Step step;
    step.block = block;
    step.first_channel = groups[group].first_channel;
    step.channels = groups[group].channels;
    step.loads_ifmap = block != block_before;
    if (step.loads_ifmap) {
      ++ifmap_load;
      step.ifmap_bytes = ifmap_bytes(layer, rectangle, plan.precision);
    }
    step.loads_weights = !plan.streamed && group != group_before;
    if (step.loads_weights) {
      ++weight_load;
      step.weight_bytes = plan.precision.weight_bytes(step.channels * plan.L);
    }
    step.ifmap_load = ifmap_load;
    step.weight_load = weight_load;
    step.store_bytes = plan.precision.activation_bytes(rectangle.positions() * step.channels);
    step.residual_bytes = plan.residual ? step.store_bytes : 0;
    steps.push_back(step);
    block_before = block;
    group_before = group;
  }
  return steps;
}

Bytes loaded_bytes(const std::vector<Step>& steps) {
  Bytes bytes = 0;
  for (const Step& step : steps) bytes += step.ifmap_bytes + step.weight_bytes;
  return bytes;
}

// No load or store has more bytes than half of its buffer.
void require_transferable(const Layer& layer, const MachineSpec& machine, Bytes bytes,
                          const char* key) {
  if (bytes <= max_transfer_bytes) return;
  throw Error(ErrorKind::machine, machine.location(key),
              "layer '" + layer.name + "': a transfer of " + std::to_string(bytes) +
                  " bytes is more than a DRAM transfer may have, " +
                  std::to_string(max_transfer_bytes),
              "make " + std::string(key) + " at most " + std::to_string(2 * max_transfer_bytes));
}

void require_transferable(const Layer& layer, const MachineSpec& machine, const Plan& plan) {
  for (const Step& step : plan.steps) {
    const Bytes weights = plan.streamed ? plan.chunk_bytes(step, 0) : step.weight_bytes;
    require_transferable(layer, machine, step.ifmap_bytes, "buffers.ifmap_bytes");
    require_transferable(layer, machine, weights, "buffers.weight_bytes");
    require_transferable(layer, machine, step.store_bytes, "buffers.ofmap_bytes");
  }
}

}  // namespace

Plan plan_layer(const Layer& layer, const MachineSpec& machine, const WindowGrid& grid) {
  Plan plan;
  plan.L = layer.L();
  plan.residual = layer.residual;
  plan.precision = machine.precision;
  plan.blocks = cut_blocks(layer, machine, grid);
  place_weights(layer, machine, plan);

  const std::vector<Group> groups = cut_groups(layer.K / layer.groups, machine.array.cols);
  const std::string& order = machine.schedule.loop_order;
  plan.steps = make_steps(layer, plan, groups, order != "group_major");
  if (order == "auto") {
    std::vector<Step> group_major = make_steps(layer, plan, groups, false);
    if (loaded_bytes(group_major) < loaded_bytes(plan.steps)) plan.steps = std::move(group_major);
  }
  require_transferable(layer, machine, plan);
  return plan;
}

}  // namespace peeksim
