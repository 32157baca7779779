// The order in which loads are requested, by hand and for random programs.
#include "sim/schedule/load_order.h"

#include <doctest/doctest.h>

#include "sim/base/error.h"
#include "tests/schedule/sample.h"

using namespace peeksim;

namespace {

using Loads = std::vector<Load>;

// All loads of the layer's first convolution group.
struct Walk {
  Plan plan;
  Program program;
  Loads loads;

  Walk(const Layer& layer, const MachineSpec& machine, const std::vector<float>& ofmap) {
    const LayerPrediction settings = resolve_prediction(machine, layer, false);
    plan = plan_layer(layer, machine, settings.grid);
    program = make_program(plan, predict(settings, ofmap, layer.K, 0), 0, machine);
    for (LoadOrder order(program); !order.done(); order.pop()) loads.push_back(order.front());
  }
  Walk(const Walk&) = delete;
};

// "I0:16 W0:8 R0:4": tensor, index, bytes; "@d" when it waits for decision d.
std::string text(const Loads& loads) {
  std::string line;
  for (const Load& load : loads) {
    if (!line.empty()) line += ' ';
    line += "IWR"[static_cast<int>(load.tensor)];
    line += std::to_string(load.index) + ":" + std::to_string(load.bytes);
    if (load.after >= 0) line += "@" + std::to_string(load.after);
  }
  return line;
}

std::vector<int> steps(const Loads& loads) {
  std::vector<int> all;
  for (const Load& load : loads) all.push_back(load.step);
  return all;
}

// The same by the letter of machine.md section 5.
Loads naive_loads(const Program& program) {
  const Plan& plan = *program.plan;
  Loads loads;
  int ifmaps = 0, weights = 0, known = -1;
  for (int s = 0; s < static_cast<int>(plan.steps.size()); ++s) {
    const Step& step = plan.steps[s];
    const StepTiles& tiles = program.steps[s];
    if (step.loads_ifmap) loads.push_back({Tensor::ifmap, ifmaps++, step.ifmap_bytes, known, s});
    if (step.loads_weights)
      loads.push_back({Tensor::weight, weights++, step.weight_bytes, known, s});
    if (plan.residual) loads.push_back({Tensor::residual, s, step.residual_bytes, known, s});
    if (!plan.streamed) continue;
    for (std::size_t tile = tiles.begin; tile < tiles.end; ++tile) {
      if (tiles.decision >= 0 && program.tiles[tile].pass == Pass::neighbor) known = tiles.decision;
      for (int chunk = 0; chunk < plan.chunks; ++chunk)
        loads.push_back({Tensor::weight, weights++, plan.chunk_bytes(step, chunk), known, s});
    }
    if (tiles.decision >= 0) known = tiles.decision;
  }
  return loads;
}

// Two blocks of one row, two groups of 2 channels.
MachineSpec small_machine(const std::string& order) {
  MachineSpec machine = roomy_machine("none", 4, 2);
  machine.buffers.ofmap_bytes = 16;  // 4 positions of 2 channels
  machine.schedule.loop_order = order;
  return machine;
}

const std::vector<float> positive(64, 1.0f);
const std::vector<float> negative(64, -1.0f);

}  // namespace

TEST_CASE("without a program there are no loads") {
  CHECK(LoadOrder().done());
}

TEST_CASE("a step loads its block, then its weights, when they are new") {
  const Layer layer = conv(1, 2, 4, 4);
  const Walk block_major(layer, small_machine("block_major"), positive);
  CHECK(text(block_major.loads) == "I0:4 W0:2 W1:2 I1:4 W2:2 W3:2");
  CHECK(steps(block_major.loads) == std::vector<int>{0, 0, 1, 2, 2, 3});
  CHECK(text(Walk(layer, small_machine("group_major"), positive).loads) ==
        "I0:4 W0:2 I1:4 I2:4 W1:2 I3:4");
}

TEST_CASE("a residual follows the weights of its step and is numbered by the step") {
  Layer layer = conv(1, 2, 4, 4);
  layer.residual = true;
  CHECK(text(Walk(layer, small_machine("group_major"), positive).loads) ==
        "I0:4 W0:2 R0:8 I1:4 R1:8 I2:4 W1:2 R2:8 I3:4 R3:8");
}

TEST_CASE("streamed weights are loaded by every tile and chunk, for the step's own channels") {
  Layer layer = conv(3, 1, 6, 3);
  MachineSpec machine = roomy_machine("none", 4, 2);
  machine.buffers.weight_bytes = 8;  // two taps of two channels
  const Walk walk(layer, machine, positive);
  REQUIRE(walk.plan.streamed);
  CHECK(text(walk.loads) == "I0:18 W0:4 W1:2 W2:4 W3:2 W4:2 W5:1 W6:2 W7:1");
}

TEST_CASE("streamed loads after a peek pass wait for its prediction, those of later steps too") {
  // One step per channel, one peek tile and one neighbor tile each, one window.
  Layer layer = conv(2, 2, 2, 2);
  MachineSpec machine = roomy_machine("peek", 4, 1);
  machine.buffers.weight_bytes = 2;
  layer.residual = true;
  CHECK(text(Walk(layer, machine, positive).loads) ==
        "I0:8 R0:4 W0:1 W1:1 W2:1@0 W3:1@0 R1:4@0 W4:1@0 W5:1@0 W6:1@1 W7:1@1");
}

TEST_CASE("skipped neighbor tiles load nothing, and later steps wait for the prediction still") {
  MachineSpec machine = roomy_machine("peek", 4, 1);
  machine.buffers.weight_bytes = 2;
  CHECK(text(Walk(conv(2, 2, 2, 2), machine, negative).loads) == "I0:8 W0:1 W1:1 W2:1@0 W3:1@0");
}

TEST_CASE("resident weights wait for no prediction") {
  const Walk walk(conv(2, 2, 2, 2), roomy_machine("peek", 4, 1), positive);
  CHECK(text(walk.loads) == "I0:8 W0:2 W1:2");
}

TEST_CASE("an oracle's streamed loads wait for no prediction") {
  MachineSpec machine = roomy_machine("oracle", 4, 1);
  machine.buffers.weight_bytes = 2;
  CHECK(text(Walk(conv(2, 2, 2, 2), machine, positive).loads) == "I0:8 W0:1 W1:1 W2:1 W3:1");
  CHECK(text(Walk(conv(2, 2, 2, 2), machine, negative).loads) == "I0:8");
}

TEST_CASE("a step without an existing peek lets later steps wait for the one before") {
  // Two blocks of one window each; the peek of the narrow right one lies outside the plane.
  MachineSpec machine = roomy_machine("peek", 4, 1);
  machine.prediction.peeks = {"", {{0, 1}}};
  machine.buffers.ofmap_bytes = 8;
  machine.buffers.weight_bytes = 2;
  machine.schedule.loop_order = "block_major";
  CHECK(text(Walk(conv(2, 2, 3, 1), machine, positive).loads) ==
        "I0:8 W0:1 W1:1 W2:1@0 W3:1@0 I1:4@0 W4:1@0 W5:1@0");
}

TEST_CASE("a load of 0 bytes keeps its place in the order") {
  Layer layer = conv(1, 1, 2, 1);
  layer.pad_top = layer.pad_bottom = 2;
  MachineSpec machine = roomy_machine("none", 4, 1);
  machine.buffers.ofmap_bytes = 4;  // one row
  machine.schedule.loop_order = "group_major";
  CHECK(text(Walk(layer, machine, positive).loads) == "I0:0 W0:1 I1:0 I2:2 I3:0 I4:0");
}

TEST_CASE("the order agrees with its definition for random programs") {
  int programs = 0, waiting = 0;
  for (unsigned seed = 0; seed < 800; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Layer layer = random_layer(random);
    const MachineSpec machine = roomy_random_machine(random);
    const std::vector<float> ofmap = random.values(layer.outputs());
    const auto walk = [&]() -> Loads {
      const Walk result(layer, machine, ofmap);
      const Loads naive = naive_loads(result.program);
      CHECK(text(result.loads) == text(naive));
      CHECK(steps(result.loads) == steps(naive));
      return result.loads;
    };
    Loads loads;
    try {
      loads = walk();
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::machine);
      continue;
    }
    ++programs;
    for (const Load& load : loads) waiting += load.after >= 0;
  }
  CHECK(programs > 150);
  CHECK(waiting > 100);
}
