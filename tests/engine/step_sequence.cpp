// The sequencer's rules without a machine around it: inputs are switched by hand.
#include "sim/engine/event/step_sequence.h"

#include <doctest/doctest.h>

#include <set>

using namespace peeksim;
using namespace peeksim::event;

namespace {

using Next = StepSequence::Next;

// Inputs that are all ready, except for those that a test withdraws.
struct FakeInputs : SequenceInputs {
  std::set<int> missing_ifmap, missing_weights, missing_residual, busy_ofmap;
  std::set<int> undecided;
  Cycle ready = 0;

  bool ifmap_holds(int load) const override { return missing_ifmap.count(load) == 0; }
  bool weights_hold(int load) const override { return missing_weights.count(load) == 0; }
  bool residual_holds(int step) const override { return missing_residual.count(step) == 0; }
  bool ofmap_half_free(int step) const override { return busy_ofmap.count(step) == 0; }
  Cycle decided_at(int decision) const override { return undecided.count(decision) ? -1 : ready; }
};

// A program of steps that each have some peek (or dense) and some neighbor tiles.
struct Fixture {
  MachineSpec machine;
  Plan plan;
  Program program;
  FakeInputs inputs;
  int decisions = 0;

  Fixture() {
    plan.L = plan.chunk_taps = 10;
    program.machine = &machine;
    program.plan = &plan;
    program.dataflow = &dataflow_of(machine);
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  void add_step(int ifmap_load, int weight_load, int first, int neighbors, bool has_peeks) {
    Step step;
    step.channels = 4;
    step.ifmap_load = ifmap_load;
    step.weight_load = weight_load;
    plan.steps.push_back(step);
    StepTiles tiles;
    tiles.begin = program.tiles.size();
    for (int i = 0; i < first + neighbors; ++i) {
      Tile tile;
      tile.live_pes = 1;
      tile.pass = i >= first ? Pass::neighbor : has_peeks ? Pass::peek : Pass::dense;
      if (has_peeks && i + 1 == first) tile.decides = tiles.decision = decisions++;
      if (tile.pass == Pass::neighbor) tile.after = tiles.decision;
      program.tiles.push_back(tile);
    }
    tiles.end = program.tiles.size();
    program.steps.push_back(tiles);
  }
  void stream(int chunks, Count chunk_taps) {
    plan.streamed = true;
    plan.chunks = chunks;
    plan.chunk_taps = chunk_taps;
  }
  const Tile* tile(std::size_t index) const { return &program.tiles[index]; }
};

}  // namespace

TEST_CASE("a step starts when all its inputs are there, and not before") {
  Fixture f;
  f.add_step(0, 0, 1, 0, false);
  f.plan.residual = true;
  StepSequence sequence(f.program, 0);
  f.inputs.missing_ifmap = f.inputs.missing_weights = {0};
  f.inputs.missing_residual = f.inputs.busy_ofmap = {0};
  for (std::set<int>* input : {&f.inputs.missing_ifmap, &f.inputs.missing_weights,
                               &f.inputs.missing_residual, &f.inputs.busy_ofmap}) {
    CHECK(sequence.advance(5, f.inputs) == Next::blocked);
    input->clear();
  }
  CHECK(sequence.advance(5, f.inputs) == Next::chunk);
}

TEST_CASE("each input alone keeps a step from starting") {
  for (int input = 0; input < 4; ++input) {
    CAPTURE(input);
    Fixture f;
    f.add_step(0, 0, 1, 0, false);
    f.plan.residual = true;
    std::set<int>* sets[] = {&f.inputs.missing_ifmap, &f.inputs.missing_weights,
                             &f.inputs.missing_residual, &f.inputs.busy_ofmap};
    *sets[input] = {0};
    StepSequence sequence(f.program, 0);
    CHECK(sequence.advance(9, f.inputs) == Next::blocked);
    sets[input]->clear();
    CHECK(sequence.advance(10, f.inputs) == Next::chunk);
    CHECK(sequence.waits().memory == 10);
    CHECK(sequence.waits().predict == 0);
  }
}

TEST_CASE("a step without a residual does not ask for one, and a streamed one not for weights") {
  Fixture f;
  f.add_step(0, 0, 1, 0, false);
  f.inputs.missing_residual = {0};
  CHECK(StepSequence(f.program, 0).advance(0, f.inputs) == Next::chunk);

  Fixture streamed;
  streamed.add_step(0, 7, 0, 0, false);  // no tile: no weights either
  streamed.stream(1, 10);
  streamed.inputs.missing_weights = {0, 7};
  CHECK(StepSequence(streamed.program, 0).advance(0, streamed.inputs) == Next::step_end);
}

TEST_CASE("a step asks for its own loads and its own ofmap half") {
  Fixture f;
  f.add_step(0, 0, 0, 0, false);
  f.add_step(3, 2, 1, 0, false);
  f.inputs.missing_ifmap = {1, 2, 4};
  f.inputs.missing_weights = {1, 3};
  f.inputs.busy_ofmap = {2};
  StepSequence sequence(f.program, 0);
  CHECK(sequence.advance(0, f.inputs) == Next::step_end);
  CHECK(sequence.step() == 0);
  CHECK(sequence.advance(0, f.inputs) == Next::chunk);
  CHECK(sequence.issue().step == 1);
  CHECK(sequence.issue().weight_load == 2);
}

TEST_CASE("a tile runs on into the next of its step when no decision can hold that up") {
  Fixture f;
  f.add_step(0, 0, 2, 2, true);
  f.add_step(0, 0, 1, 0, false);
  f.inputs.undecided = {0};
  StepSequence sequence(f.program, 0);
  REQUIRE(sequence.advance(0, f.inputs) == Next::chunk);
  CHECK(sequence.runs_on(f.inputs));  // to the second peek tile
  sequence.ended(10);
  REQUIRE(sequence.advance(10, f.inputs) == Next::chunk);
  CHECK_FALSE(sequence.runs_on(f.inputs));  // the first neighbor tile waits for the decision
  sequence.ended(20);
  f.inputs.undecided.clear();
  REQUIRE(sequence.advance(25, f.inputs) == Next::chunk);
  CHECK(sequence.runs_on(f.inputs));
  sequence.ended(35);
  REQUIRE(sequence.advance(35, f.inputs) == Next::chunk);
  CHECK_FALSE(sequence.runs_on(f.inputs));  // the last tile of its step
}

TEST_CASE("with streamed weights every chunk waits for its own load") {
  Fixture f;
  f.add_step(0, 0, 2, 0, false);
  f.stream(2, 5);
  StepSequence sequence(f.program, 0);
  REQUIRE(sequence.advance(0, f.inputs) == Next::chunk);
  CHECK_FALSE(sequence.runs_on(f.inputs));
}

TEST_CASE("tiles follow one another without a pause") {
  Fixture f;
  f.add_step(0, 0, 2, 0, false);
  f.add_step(0, 0, 1, 0, false);
  StepSequence sequence(f.program, 0);
  REQUIRE(sequence.advance(0, f.inputs) == Next::chunk);
  CHECK(sequence.issue().tile == f.tile(0));
  CHECK(sequence.issue().macs == 10);
  CHECK(sequence.issue().last_chunk);
  CHECK(sequence.issue().tile->pass == Pass::dense);
  sequence.ended(10);
  REQUIRE(sequence.advance(10, f.inputs) == Next::chunk);
  CHECK(sequence.issue().tile == f.tile(1));
  sequence.ended(20);
  REQUIRE(sequence.advance(20, f.inputs) == Next::step_end);
  CHECK(sequence.step() == 0);
  REQUIRE(sequence.advance(20, f.inputs) == Next::chunk);
  CHECK(sequence.issue().tile == f.tile(2));
  CHECK(sequence.issue().step == 1);
  sequence.ended(30);
  CHECK(sequence.advance(30, f.inputs) == Next::step_end);
  CHECK(sequence.advance(30, f.inputs) == Next::finished);
  CHECK(sequence.advance(31, f.inputs) == Next::finished);
  CHECK(sequence.waits().memory == 0);
  CHECK(sequence.waits().predict == 0);
}

TEST_CASE("a program without steps is finished at once") {
  Fixture f;
  StepSequence sequence(f.program, 4);
  CHECK(sequence.advance(4, f.inputs) == Next::finished);
}

TEST_CASE("the first neighbor tile waits for the prediction: that wait is the prediction's") {
  Fixture f;
  f.add_step(0, 0, 1, 2, true);
  f.inputs.undecided = {0};
  StepSequence sequence(f.program, 0);
  REQUIRE(sequence.advance(0, f.inputs) == Next::chunk);
  CHECK(sequence.issue().tile->pass == Pass::peek);
  CHECK(sequence.issue().ends_peeks);
  sequence.ended(10);
  CHECK(sequence.advance(10, f.inputs) == Next::blocked);
  CHECK(sequence.advance(24, f.inputs) == Next::blocked);
  f.inputs.undecided.clear();
  f.inputs.ready = 25;
  REQUIRE(sequence.advance(25, f.inputs) == Next::chunk);
  CHECK(sequence.issue().tile->pass == Pass::neighbor);
  CHECK_FALSE(sequence.issue().ends_peeks);
  CHECK(sequence.waits().predict == 15);
  CHECK(sequence.waits().memory == 0);
  sequence.ended(35);
  REQUIRE(sequence.advance(35, f.inputs) == Next::chunk);  // later ones do not wait again
  CHECK(sequence.waits().predict == 15);
}

TEST_CASE("peeks are the tiles before the first neighbor tile, the last peek is the last of them") {
  Fixture f;
  f.add_step(0, 0, 3, 1, true);
  StepSequence sequence(f.program, 0);
  const bool peek[] = {true, true, true, false};
  const bool last_peek[] = {false, false, true, false};
  for (int i = 0; i < 4; ++i) {
    CAPTURE(i);
    REQUIRE(sequence.advance(i, f.inputs) == Next::chunk);
    CHECK((sequence.issue().tile->pass == Pass::peek) == peek[i]);
    CHECK(sequence.issue().ends_peeks == last_peek[i]);
    sequence.ended(i + 1);
  }
}

TEST_CASE("a prediction that was ready long ago costs nothing") {
  Fixture f;
  f.add_step(0, 0, 1, 1, true);
  StepSequence sequence(f.program, 0);
  REQUIRE(sequence.advance(0, f.inputs) == Next::chunk);
  sequence.ended(10);
  f.inputs.ready = 3;
  REQUIRE(sequence.advance(10, f.inputs) == Next::chunk);
  CHECK(sequence.waits().predict == 0);
  CHECK(sequence.waits().memory == 0);
}

TEST_CASE("a step without a live neighbor waits for no prediction") {
  Fixture f;
  f.add_step(0, 0, 1, 0, true);
  f.inputs.undecided = {0};
  StepSequence sequence(f.program, 0);
  REQUIRE(sequence.advance(0, f.inputs) == Next::chunk);
  sequence.ended(10);
  CHECK(sequence.advance(10, f.inputs) == Next::step_end);
}

TEST_CASE("neighbors of a step without peeks wait for no prediction") {
  Fixture f;
  f.add_step(0, 0, 0, 1, false);
  f.inputs.undecided = {0};
  CHECK(StepSequence(f.program, 0).advance(0, f.inputs) == Next::chunk);
}

TEST_CASE("every chunk of streamed weights waits for its own load") {
  Fixture f;
  f.add_step(0, 0, 2, 0, false);
  f.stream(3, 4);
  StepSequence sequence(f.program, 0);
  const Count taps[] = {4, 4, 2, 4, 4, 2};
  Cycle now = 0;
  for (int chunk = 0; chunk < 6; ++chunk) {
    CAPTURE(chunk);
    f.inputs.missing_weights = {chunk, chunk + 1, chunk + 2, chunk + 3, chunk + 4, chunk + 5};
    CHECK(sequence.advance(now, f.inputs) == Next::blocked);
    f.inputs.missing_weights.erase(chunk);
    REQUIRE(sequence.advance(now + 7, f.inputs) == Next::chunk);
    CHECK(sequence.issue().weight_load == chunk);
    CHECK(sequence.issue().macs == taps[chunk]);
    CHECK(sequence.issue().tile == f.tile(static_cast<std::size_t>(chunk / 3)));
    CHECK(sequence.issue().last_chunk == (chunk % 3 == 2));
    now += 10;
    sequence.ended(now);
  }
  CHECK(sequence.advance(now, f.inputs) == Next::step_end);
  CHECK(sequence.waits().memory == 6 * 7);
}

TEST_CASE("a wait for prediction and weights is the prediction's first and memory's after that") {
  Fixture f;
  f.add_step(0, 0, 1, 1, true);
  f.stream(2, 5);
  StepSequence sequence(f.program, 0);
  REQUIRE(sequence.advance(0, f.inputs) == Next::chunk);
  CHECK_FALSE(sequence.issue().last_chunk);
  sequence.ended(10);
  REQUIRE(sequence.advance(10, f.inputs) == Next::chunk);
  CHECK(sequence.issue().last_chunk);
  CHECK(sequence.issue().ends_peeks);
  sequence.ended(20);

  f.inputs.missing_weights = {2, 3};
  f.inputs.undecided = {0};
  CHECK(sequence.advance(20, f.inputs) == Next::blocked);
  f.inputs.missing_weights = {3};
  CHECK(sequence.advance(24, f.inputs) == Next::blocked);  // the prediction is still missing
  f.inputs.missing_weights = {2, 3};
  f.inputs.undecided.clear();
  f.inputs.ready = 27;
  CHECK(sequence.advance(27, f.inputs) == Next::blocked);
  f.inputs.missing_weights.clear();
  REQUIRE(sequence.advance(32, f.inputs) == Next::chunk);
  CHECK(sequence.waits().predict == 7);
  CHECK(sequence.waits().memory == 5);
  sequence.ended(40);
  f.inputs.ready = 1000;  // asked once only, for the first neighbor chunk
  REQUIRE(sequence.advance(41, f.inputs) == Next::chunk);
  CHECK(sequence.waits().predict == 7);
  CHECK(sequence.waits().memory == 6);
}

TEST_CASE("waiting for the start of a step is memory's even if the step has no tile") {
  Fixture f;
  f.add_step(0, 0, 1, 0, false);
  f.add_step(0, 0, 0, 0, false);
  StepSequence sequence(f.program, 100);
  REQUIRE(sequence.advance(103, f.inputs) == Next::chunk);
  CHECK(sequence.waits().memory == 3);
  sequence.ended(110);
  REQUIRE(sequence.advance(110, f.inputs) == Next::step_end);
  f.inputs.busy_ofmap = {1};
  CHECK(sequence.advance(110, f.inputs) == Next::blocked);
  f.inputs.busy_ofmap.clear();
  CHECK(sequence.advance(130, f.inputs) == Next::step_end);
  CHECK(sequence.waits().memory == 23);
  CHECK(sequence.advance(130, f.inputs) == Next::finished);
}

TEST_CASE("a peek tile may wait for a decision that an earlier tile of its step leads to") {
  // As where the last peek tile is filled up with neighbors that are already decided.
  Fixture f;
  f.add_step(0, 0, 3, 1, true);
  f.program.tiles[1].decides = 0;
  f.program.tiles[2].after = 0;
  f.program.tiles[2].decides = f.program.steps[0].decision = 1;
  f.program.tiles[3].after = 1;
  f.inputs.undecided = {0, 1};
  StepSequence sequence(f.program, 0);
  REQUIRE(sequence.advance(0, f.inputs) == Next::chunk);
  sequence.ended(10);
  REQUIRE(sequence.advance(10, f.inputs) == Next::chunk);
  CHECK_FALSE(sequence.issue().ends_peeks);
  sequence.ended(20);
  CHECK(sequence.advance(20, f.inputs) == Next::blocked);
  f.inputs.undecided = {1};
  f.inputs.ready = 26;
  REQUIRE(sequence.advance(26, f.inputs) == Next::chunk);
  CHECK(sequence.issue().ends_peeks);
  CHECK(sequence.waits().predict == 6);
  sequence.ended(36);
  CHECK(sequence.advance(36, f.inputs) == Next::blocked);
  f.inputs.undecided.clear();
  f.inputs.ready = 40;
  REQUIRE(sequence.advance(40, f.inputs) == Next::chunk);
  CHECK(sequence.waits().predict == 10);
  CHECK(sequence.waits().memory == 0);
}
