// Groups, weights and the order of steps: at the byte where a decision changes, and complete plans
// of random layers.
#include "sim/schedule/plan.h"

#include <doctest/doctest.h>

#include <set>

#include "sim/base/error.h"
#include "sim/schedule/blocks.h"
#include "tests/schedule/sample.h"

using namespace peeksim;

namespace {

Plan plan(const Layer& layer, const MachineSpec& machine) {
  return plan_layer(layer, machine, grid_of(machine, layer));
}

// 18 taps, 4 columns: a full group has 72 weights.
Layer weighty() {
  return conv(2, 4, 4, 4, 3, 3);
}

MachineSpec machine_with_weights(Bytes weight_bytes, int bits_of_a_weight = 8) {
  MachineSpec machine = roomy_machine("none", 4, 4);
  machine.buffers.weight_bytes = weight_bytes;
  machine.precision.weight_bits = bits_of_a_weight;
  return machine;
}

// Two blocks of one row and two groups of 8 channels each: the ifmap has 2 * width bytes, the
// weights 16.
Plan two_by_two(int width, const std::string& order, Bytes weight_bytes = 1000) {
  MachineSpec machine = roomy_machine("none", 4, 8);
  machine.buffers.ofmap_bytes = 200;
  machine.buffers.weight_bytes = weight_bytes;
  machine.schedule.loop_order = order;
  const Plan result = plan(conv(1, 2, width, 16), machine);
  REQUIRE(result.blocks.size() == 2);
  REQUIRE(result.steps.size() == 4);
  return result;
}

bool is_block_major(const Plan& plan) {
  return plan.steps[1].block == 0;
}

Bytes loaded_bytes(const Plan& plan) {
  Bytes bytes = 0;
  for (const Step& step : plan.steps) bytes += step.ifmap_bytes + step.weight_bytes;
  return bytes;
}

std::string error(const Layer& layer, const MachineSpec& machine) {
  try {
    plan(layer, machine);
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::machine);
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("weights are resident when a full group fits half the buffer to the byte") {
  const Plan fits = plan(weighty(), machine_with_weights(144));
  CHECK_FALSE(fits.streamed);
  CHECK(fits.chunks == 1);
  CHECK(fits.chunk_taps == 18);
  CHECK(fits.taps_of_chunk(0) == 18);
  CHECK(fits.steps[0].weight_bytes == 72);
}

TEST_CASE("weights are streamed when one byte is missing, in chunks of as many taps as fit") {
  for (const Bytes bytes : {142, 143}) {  // half of either is 71
    const Plan misses = plan(weighty(), machine_with_weights(bytes));
    CHECK(misses.streamed);
    CHECK(misses.chunk_taps == 17);
    CHECK(misses.chunks == 2);
    CHECK(misses.taps_of_chunk(0) == 17);
    CHECK(misses.taps_of_chunk(1) == 1);
    CHECK(misses.chunk_bytes(misses.steps[0], 0) == 68);
    CHECK(misses.chunk_bytes(misses.steps[0], 1) == 4);
    CHECK_FALSE(misses.steps[0].loads_weights);
    CHECK(misses.steps[0].weight_bytes == 0);
  }
}

TEST_CASE("chunks that divide the reduction are all of one length") {
  const Plan thirds = plan(weighty(), machine_with_weights(2 * 6 * 4));
  CHECK(thirds.chunks == 3);
  CHECK(thirds.chunk_taps == 6);
  CHECK(thirds.taps_of_chunk(2) == 6);
}

TEST_CASE("wider weights need more of the buffer") {
  CHECK(plan(weighty(), machine_with_weights(287, 16)).chunk_taps == 17);
  CHECK_FALSE(plan(weighty(), machine_with_weights(288, 16)).streamed);
  CHECK(plan(weighty(), machine_with_weights(288, 32)).chunk_taps == 9);
  // 4 channels of 12 bits are 6 bytes a tap, of 4 bits 2; a half of 27 bytes holds 4 and 13.
  CHECK(plan(weighty(), machine_with_weights(54, 12)).chunk_taps == 4);
  CHECK(plan(weighty(), machine_with_weights(54, 4)).chunk_taps == 13);
  CHECK_FALSE(plan(weighty(), machine_with_weights(72, 4)).streamed);
}

TEST_CASE("weights of one group decide, not those of the layer") {
  Layer layer = weighty();
  layer.K = 40;
  CHECK_FALSE(plan(layer, machine_with_weights(144)).streamed);
  layer.K = 3;
  CHECK_FALSE(plan(layer, machine_with_weights(108)).streamed);
  CHECK(plan(layer, machine_with_weights(107)).streamed);
}

TEST_CASE("a buffer without room for one tap is an error that names layer, buffer and bytes") {
  CHECK(plan(weighty(), machine_with_weights(8)).chunks == 18);
  CHECK(error(weighty(), machine_with_weights(7)) ==
        "test: buffers.weight_bytes: layer 'conv1': one tap of 4 channels needs 4 bytes of the "
        "weight buffer, but half of it holds 3; make buffers.weight_bytes at least 8");
}

TEST_CASE("a transfer that is larger than any transaction is an error that names layer and key") {
  MachineSpec machine = machine_with_weights(Bytes{1} << 40);
  Layer layer = conv(1, 1, 1, 1);
  layer.R = layer.S = 1 << 15;  // 2^30 taps
  layer.pad_top = layer.pad_left = layer.R - 1;
  machine.precision.weight_bits = 32;
  CHECK(error(layer, machine) ==
        machine.location("buffers.weight_bytes").text() + ": layer '" + layer.name +
            "': a transfer of 4294967296 bytes is more than a DRAM transfer may have, 4294967295; "
            "make buffers.weight_bytes at most 8589934590");
  machine.buffers.weight_bytes = 8589934590;
  CHECK(plan(layer, machine).streamed);
  machine.precision.weight_bits = 16;
  CHECK_FALSE(plan(layer, machine).streamed);
}

TEST_CASE("channels are grouped in order, the last group may be narrower") {
  const Plan result = plan(conv(1, 3, 3, 10), roomy_machine("none", 4, 4));
  REQUIRE(result.steps.size() == 3);
  CHECK(result.steps[0].first_channel == 0);
  CHECK(result.steps[1].first_channel == 4);
  CHECK(result.steps[2].first_channel == 8);
  CHECK(result.steps[1].channels == 4);
  CHECK(result.steps[2].channels == 2);
  CHECK(result.steps[2].weight_bytes == 2);
  CHECK(result.steps[2].store_bytes == 18);
}

TEST_CASE("a grouped convolution is planned as one of its groups") {
  Layer layer = conv(6, 3, 3, 12);
  layer.groups = 3;
  const Plan result = plan(layer, roomy_machine("none", 4, 8));
  REQUIRE(result.steps.size() == 1);
  CHECK(result.L == 2);
  CHECK(result.steps[0].channels == 4);
  CHECK(result.steps[0].ifmap_bytes == 9 * 2);
  CHECK(result.steps[0].weight_bytes == 4 * 2);
}

TEST_CASE("block_major keeps a block and reloads the weights") {
  const Plan result = two_by_two(8, "block_major");
  const int blocks[] = {0, 0, 1, 1}, first_channels[] = {0, 8, 0, 8};
  const int ifmap_loads[] = {0, 0, 1, 1}, weight_loads[] = {0, 1, 2, 3};
  for (int i = 0; i < 4; ++i) {
    CAPTURE(i);
    const Step& step = result.steps[i];
    CHECK(step.block == blocks[i]);
    CHECK(step.first_channel == first_channels[i]);
    CHECK(step.ifmap_load == ifmap_loads[i]);
    CHECK(step.weight_load == weight_loads[i]);
    CHECK(step.loads_ifmap == (i % 2 == 0));
    CHECK(step.ifmap_bytes == (i % 2 == 0 ? 8 : 0));
    CHECK(step.loads_weights);
    CHECK(step.weight_bytes == 8);
  }
}

TEST_CASE("group_major keeps the weights and reloads the block") {
  const Plan result = two_by_two(8, "group_major");
  const int blocks[] = {0, 1, 0, 1}, first_channels[] = {0, 0, 8, 8};
  const int ifmap_loads[] = {0, 1, 2, 3}, weight_loads[] = {0, 0, 1, 1};
  for (int i = 0; i < 4; ++i) {
    CAPTURE(i);
    const Step& step = result.steps[i];
    CHECK(step.block == blocks[i]);
    CHECK(step.first_channel == first_channels[i]);
    CHECK(step.ifmap_load == ifmap_loads[i]);
    CHECK(step.weight_load == weight_loads[i]);
    CHECK(step.loads_ifmap);
    CHECK(step.ifmap_bytes == 8);
    CHECK(step.loads_weights == (i % 2 == 0));
    CHECK(step.weight_bytes == (i % 2 == 0 ? 8 : 0));
  }
}

TEST_CASE("auto takes the order that reads fewer bytes, and block_major on a tie") {
  CHECK_FALSE(is_block_major(two_by_two(7, "auto")));  // 14 bytes of ifmap, 16 of weights
  CHECK(is_block_major(two_by_two(8, "auto")));        // 16 of either
  CHECK(is_block_major(two_by_two(9, "auto")));
  CHECK(loaded_bytes(two_by_two(8, "block_major")) == loaded_bytes(two_by_two(8, "group_major")));
}

TEST_CASE("auto does not count streamed weights") {
  // 28 bytes of ifmap, 32 of weights: they would decide for group_major.
  MachineSpec machine = roomy_machine("none", 4, 8);
  machine.buffers.ofmap_bytes = 200;
  machine.buffers.weight_bytes = 16;
  Plan result = plan(conv(2, 2, 7, 16), machine);
  REQUIRE(result.streamed);
  CHECK(is_block_major(result));
  machine.buffers.weight_bytes = 32;
  result = plan(conv(2, 2, 7, 16), machine);
  REQUIRE_FALSE(result.streamed);
  CHECK_FALSE(is_block_major(result));
}

TEST_CASE("auto does not count residuals") {
  MachineSpec machine = roomy_machine("none", 4, 8);
  machine.buffers.ofmap_bytes = 200;
  for (const int width : {7, 8}) {
    Layer layer = conv(1, 2, width, 16);
    const bool without = is_block_major(plan(layer, machine));
    layer.residual = true;
    CHECK(is_block_major(plan(layer, machine)) == without);
  }
}

TEST_CASE("a residual is as large as the step's store") {
  Layer layer = conv(1, 3, 3, 10);
  layer.residual = true;
  MachineSpec machine = roomy_machine("none", 4, 4);
  machine.precision.activation_bits = 16;
  const Plan result = plan(layer, machine);
  CHECK(result.residual);
  for (const Step& step : result.steps) {
    CHECK(step.store_bytes == 9 * step.channels * 2);
    CHECK(step.residual_bytes == step.store_bytes);
  }
  layer.residual = false;
  CHECK(plan(layer, machine).steps[0].residual_bytes == 0);
}

TEST_CASE("every plan computes each output once and loads what the step before did not") {
  int plans = 0, streamed = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Layer layer = random_layer(random);
    MachineSpec machine = roomy_random_machine(random);
    if (error(layer, machine) != "no error") continue;
    const Plan result = plan(layer, machine);
    std::set<std::pair<int, int>> pairs;
    Count outputs = 0;
    int ifmap_load = -1, weight_load = -1, wrong = 0;
    for (std::size_t i = 0; i < result.steps.size(); ++i) {
      const Step& step = result.steps[i];
      const Step* before = i == 0 ? nullptr : &result.steps[i - 1];
      const Block& block = result.blocks[step.block];
      pairs.insert({step.block, step.first_channel});
      outputs += block.positions() * step.channels;
      const bool new_block = before == nullptr || before->block != step.block;
      const bool new_group = before == nullptr || before->first_channel != step.first_channel;
      wrong += step.loads_ifmap != new_block;
      wrong += step.loads_weights != (new_group && !result.streamed);
      wrong += step.ifmap_bytes != (new_block ? ifmap_bytes(layer, block, machine.precision) : 0);
      wrong += step.weight_bytes !=
               (step.loads_weights ? result.precision.weight_bytes(step.channels * layer.L()) : 0);
      wrong += step.ifmap_load != (ifmap_load += new_block);
      wrong += !result.streamed && step.weight_load != (weight_load += new_group);
    }
    CHECK(wrong == 0);
    CHECK(pairs.size() == result.steps.size());
    CHECK(outputs * layer.groups == layer.outputs());
    Count taps = 0;
    for (int chunk = 0; chunk < result.chunks; ++chunk) taps += result.taps_of_chunk(chunk);
    CHECK(taps == layer.L());
    ++plans;
    streamed += result.streamed;

    MachineSpec other = machine;
    machine.schedule.loop_order = "block_major";
    other.schedule.loop_order = "group_major";
    const Bytes block_major = loaded_bytes(plan(layer, machine));
    const Bytes group_major = loaded_bytes(plan(layer, other));
    machine.schedule.loop_order = "auto";
    CHECK(loaded_bytes(plan(layer, machine)) == std::min(block_major, group_major));
  }
  CHECK(plans > 150);
  CHECK(streamed > 20);
}
