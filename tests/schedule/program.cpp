// The tiles of a program and the counters that follow from them.
#include "sim/schedule/program.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "sim/base/error.h"
#include "sim/schedule/layer_setup.h"
#include "tests/schedule/sample.h"

using namespace peeksim;

namespace {

// Plan, prediction and the counters of all convolution groups of a layer.
struct Run {
  Prediction prediction;
  Plan plan;
  std::vector<Program> programs;
  Counters counters;

  Run(const Layer& layer, const MachineSpec& machine, const std::vector<float>& ofmap) {
    const LayerPrediction settings = resolve_prediction(machine, layer, false);
    prediction = predict(settings, ofmap, layer.K, 0);
    plan = plan_layer(layer, machine, settings.grid);
    for (int group = 0; group < layer.groups; ++group) {
      programs.push_back(make_program(plan, prediction, group * (layer.K / layer.groups), machine));
      counters += program_counters(programs.back(), *settings.predictor);
    }
  }
  Run(const Run&) = delete;
};

// The values of the example in docs/machine.md.
const std::vector<float> example = {-3, -1, 2,  0,  1, -2, 4,  5,  -1, -4, -2, -1, -3, 0,  -5, -2,
                                    3,  1,  -1, -2, 2, -1, -3, -4, -2, -3, 6,  1,  -1, -2, -1, 2};

MachineSpec example_machine(const std::string& policy, const std::string& dispatch) {
  MachineSpec machine = roomy_machine(policy, 4, 2);
  machine.array.dispatch = dispatch;
  return machine;
}

// Windows that hold an output of the block.
Count windows_of(const WindowGrid& grid, const Block& block) {
  Count windows = 0;
  for (int row = 0; row < grid.rows(); ++row)
    for (int col = 0; col < grid.cols(); ++col)
      windows += row * grid.height >= block.row && row * grid.height < block.row + block.rows &&
                 col * grid.width >= block.col && col * grid.width < block.col + block.cols;
  return windows;
}

}  // namespace

TEST_CASE("the dense tiles of a layer of one block follow the closed form") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Layer layer = random_layer(random);
    const int rows = random.between(1, 20), cols = random.between(1, 9);
    const Run run(layer, roomy_machine("none", rows, cols), {});
    REQUIRE(run.plan.blocks.size() == 1);
    const Count tiles = ceil_div(layer.positions(), rows) * ceil_div(layer.K / layer.groups, cols);
    CHECK(run.counters.tiles_dense == tiles * layer.groups);
    CHECK(run.programs[0].tiles.size() == static_cast<std::size_t>(tiles));
    CHECK(run.counters.ofmap_writes == layer.outputs());
    CHECK(run.counters.tiles_peek + run.counters.tiles_neighbor + run.counters.tiles_skipped == 0);
  }
}

TEST_CASE("the example of docs/machine.md has its tiles and its counters") {
  const Run run(conv(1, 5, 5, 2, 2, 2), example_machine("peek", "gate"), example);
  const int expected[4][4] = {{4, 2, 4, 8}, {4, 2, 4, 8}, {4, 2, 4, 4}, {2, 1, 2, 2}};
  REQUIRE(run.programs[0].tiles.size() == 4);
  for (int t = 0; t < 4; ++t) {
    const Tile& tile = run.programs[0].tiles[t];
    CHECK(tile.distinct == expected[t][0]);
    CHECK(tile.live_cols == expected[t][1]);
    CHECK(tile.drained == expected[t][2]);
    CHECK(tile.live_pes == expected[t][3]);
  }
  const StepTiles& step = run.programs[0].steps.at(0);
  CHECK(step.decision == 0);
  CHECK(run.programs[0].tiles.at(1).decides == 0);
  CHECK(run.programs[0].tiles.at(2).after == 0);
  CHECK(step.end == 4);
  const Counters& c = run.counters;
  CHECK(c.tiles_peek == 2);
  CHECK(c.tiles_neighbor == 2);
  CHECK(c.ifmap_reads == 56);
  CHECK(c.weight_reads == 28);
  CHECK(c.ofmap_writes == 22);
  CHECK(c.peeks == 16);
  CHECK(c.comparisons == 16);
  CHECK(c.neighbors == 16);
  CHECK(c.windows == 8);
  CHECK(c.window_bits_peak == 8);
  CHECK(c.ifmap_fill_bytes == 25);
  CHECK(c.weight_fill_bytes == 8);
  CHECK(c.dram_read_bytes == 33);
  CHECK(c.dram_write_bytes == 32);
}

TEST_CASE("the example packed runs one neighbor tile of six positions") {
  const Run run(conv(1, 5, 5, 2, 2, 2), example_machine("peek", "packed"), example);
  CHECK(run.counters.tiles_neighbor == 1);
  CHECK(run.programs[0].tiles.at(2).distinct == 6);
  CHECK(run.programs[0].tiles.at(2).drained == 4);
}

TEST_CASE("none and oracle count no peeks, neighbors, windows or window bits") {
  for (const char* policy : {"none", "oracle"}) {
    CAPTURE(policy);
    const Run run(conv(1, 5, 5, 2, 2, 2), example_machine(policy, "gate"), example);
    const Counters& c = run.counters;
    CHECK(c.outputs == 32);
    CHECK(c.peeks + c.neighbors + c.windows + c.window_bits_peak + c.comparisons == 0);
    CHECK(run.programs[0].steps.at(0).decision == no_decision);
    CHECK((c.tiles_dense > 0) == (std::string(policy) == "none"));
    CHECK((c.tiles_neighbor > 0) == (std::string(policy) == "oracle"));
  }
}

TEST_CASE("the window bits stored are those of the largest step, not of the layer") {
  MachineSpec machine = example_machine("peek", "gate");
  machine.buffers.ofmap_bytes = 32;  // two rows of four positions of two channels
  const Run run(conv(1, 5, 5, 3, 2, 2), machine, std::vector<float>(48, 1.0f));
  CHECK(run.plan.steps.size() == 4);
  CHECK(run.counters.windows == 12);
  CHECK(run.counters.window_bits_peak == 4);
}

TEST_CASE("windows without an existing peek also need a window bit") {
  MachineSpec machine = example_machine("peek", "gate");
  machine.prediction.peeks = {"", {{1, 1}}};
  const Run run(conv(1, 1, 5, 2), machine, std::vector<float>(10, -1.0f));
  CHECK(run.programs[0].steps.at(0).decision == no_decision);
  CHECK(run.counters.windows == 6);
  CHECK(run.counters.window_bits_peak == 6);
  CHECK(run.counters.peeks == 0);
  CHECK(run.counters.neighbors == 10);
  CHECK(run.counters.tiles_neighbor == 2);
  CHECK(run.counters.ofmap_writes == 10);
}

TEST_CASE("streamed weights are filled once per tile, for the channels of the step") {
  MachineSpec machine = roomy_machine("none", 4, 2);
  machine.buffers.weight_bytes = 8;
  const Run run(conv(3, 1, 6, 3), machine, {});
  REQUIRE(run.plan.streamed);
  CHECK(run.counters.weight_fill_bytes == 2 * 6 + 2 * 3);
}

TEST_CASE("the counters of random programs add up with the prediction and the layer") {
  int runs = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Layer layer = random_layer(random);
    const MachineSpec machine = roomy_random_machine(random);
    const std::vector<float> ofmap = random.values(layer.outputs());
    try {
      plan_layer(layer, machine, grid_of(machine, layer));
    } catch (const Error&) {
      continue;
    }
    ++runs;
    const Run run(layer, machine, ofmap);
    const Counters& c = run.counters;
    const WindowGrid& grid = run.prediction.grid;
    CHECK(c.outputs == layer.outputs());
    CHECK(c.ofmap_writes + run.prediction.predicted_zero == c.outputs);
    CHECK(8 * c.dram_write_bytes >= c.outputs * machine.precision.activation_bits);
    CHECK(c.residual_bytes == (layer.residual ? c.dram_write_bytes : 0));
    CHECK(c.dram_read_bytes == c.ifmap_fill_bytes + c.weight_fill_bytes + c.residual_bytes);
    Count bits = 0, array_fulls = 0;
    for (const Step& step : run.plan.steps) {
      const Block& block = run.plan.blocks[step.block];
      bits = std::max(bits, windows_of(grid, block) * step.channels);
      Count peeks = 0;
      for (int p = block.row; p < block.row + block.rows; ++p)
        for (int q = block.col; q < block.col + block.cols; ++q)
          peeks += std::count(grid.peeks.begin(), grid.peeks.end(),
                              Position{p % grid.height, q % grid.width});
      array_fulls += ceil_div(block.positions() - peeks, machine.array.rows);
    }
    if (machine.prediction.policy == "peek") {
      CHECK(c.windows == Count{grid.count()} * layer.K);
      CHECK(c.window_bits_peak == bits);
      CHECK(c.peeks + c.neighbors == c.outputs);
      CHECK(c.comparisons == c.peeks);
      CHECK(c.tiles_dense == 0);
    }
    if (machine.prediction.policy != "none" && machine.array.dispatch == "gate")
      CHECK(c.tiles_neighbor + c.tiles_skipped == array_fulls * layer.groups);
    if (machine.array.dispatch != "gate") CHECK(c.tiles_skipped == 0);
  }
  CHECK(runs > 150);
}

TEST_CASE("a group has the same program alone and after other groups, by fingerprint") {
  int groups = 0, told_apart = 0;
  for (unsigned seed = 0; groups < 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Layer layer = random_layer(random);
    MachineSpec machine = roomy_random_machine(random);
    machine.buffers.ifmap_banks = random.one_of<int>({0, 2});
    machine.buffers.ifmap_read_width = 8;
    LayerSetup setup;
    try {
      setup = set_up_layer(machine, layer, false);
    } catch (const Error&) {
      continue;  // a buffer is too small
    }
    std::vector<float> ofmap(std::size_t(layer.K) * layer.positions());
    for (float& value : ofmap) value = static_cast<float>(random.between(-2, 1));
    const Prediction prediction = predict(setup.prediction, ofmap, layer.K, 0);
    TapCounter taps(layer, machine, nullptr);
    ProgramMaker programs(setup.plan, prediction, machine);
    std::string before;
    for (int group = 0; group < layer.groups; ++group, ++groups) {
      const int first_channel = group * (layer.K / layer.groups);
      const Program alone = make_program(setup.plan, prediction, first_channel, machine, &taps);
      const std::string fingerprint = programs.make(first_channel, &taps).fingerprint();
      CHECK(alone.fingerprint() == fingerprint);
      told_apart += fingerprint != before;
      before = fingerprint;
      Program other = alone;
      ++other.steps.front().decision;
      CHECK(other.fingerprint() != fingerprint);
      if (alone.tiles.empty()) continue;
      other = alone;
      ++other.tiles.back().live_pes;
      CHECK(other.fingerprint() != fingerprint);
    }
  }
  CHECK(told_apart > 100);
}
