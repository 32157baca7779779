// The self-check of every simulated layer: faults are injected, and it finds each.
#include "sim/engine/self_check.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/engine/event/accelerator.h"
#include "sim/schedule/layer_setup.h"
#include "sim/schedule/program.h"
#include "tests/support/fresh_kernel.h"

using namespace peeksim;

namespace {

// The counters of the program and of the blocks, for a small predicted layer with a residual.
struct Sides {
  Counters program, counted;
};

Sides small_layer() {
  Layer layer;
  layer.name = "small";
  layer.C = 2, layer.H = layer.W = 6, layer.K = 4, layer.R = layer.S = 3;
  layer.activation = Activation::relu;
  layer.residual = true;
  MachineSpec machine;
  machine.name = "small";
  machine.array.rows = machine.array.cols = 2;
  machine.prediction.policy = "peek";
  const LayerSetup setup = set_up_layer(machine, layer, false);
  std::vector<float> ofmap(layer.K * layer.P() * layer.Q());
  for (std::size_t i = 0; i < ofmap.size(); ++i) ofmap[i] = i % 3 == 0 ? 1.0f : -1.0f;
  const Prediction prediction = predict(setup.prediction, ofmap, layer.K, 0);
  const Program program = make_program(setup.plan, prediction, 0, machine);
  fresh_kernel();
  return {program_counters(program, *setup.prediction.predictor),
          leave_behind<event::Accelerator>(EngineOptions()).run(program, nullptr, {})};
}

// The message of the error that the check throws, or "".
std::string complaint(const Counters& counted, Counters program) {
  try {
    take_measured(counted, program, "conv1");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::internal);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a checked counter that is one off is an error that names the layer and the counter") {
  const Sides sides = small_layer();
  CHECK(complaint(sides.counted, sides.program) == "");
  int checked = 0;
  for (const CounterRow& row : counter_rows) {
    if (row.source != CounterSource::checked) continue;
    CAPTURE(row.name);
    CHECK(sides.program.*row.value > 0);  // the layer makes the block count something
    for (const Count off : {-1, 1}) {
      Counters wrong = sides.counted;
      wrong.*row.value += off;
      const std::string text = complaint(wrong, sides.program);
      CHECK(text.rfind("conv1: ", 0) == 0);
      CHECK(text.find(std::string(row.name) + " is " + std::to_string(wrong.*row.value) +
                      ", expected " + std::to_string(sides.program.*row.value)) != text.npos);
    }
    ++checked;
  }
  CHECK(checked == 9);
}

TEST_CASE("measured counters come from the blocks, those of the program stay") {
  const Sides sides = small_layer();
  Counters counters = sides.program;
  take_measured(sides.counted, counters, "conv1");
  for (const CounterRow& row : counter_rows) {
    CAPTURE(row.name);
    const Counters& from = row.source == CounterSource::measured ? sides.counted : sides.program;
    CHECK(counters.*row.value == from.*row.value);
  }
}

TEST_CASE("the program and the blocks state the counters that are marked so, and no others") {
  const Sides sides = small_layer();
  for (const CounterRow& row : counter_rows) {
    CAPTURE(row.name);
    const bool by_program =
        row.source == CounterSource::program || row.source == CounterSource::checked;
    const bool by_blocks =
        row.source == CounterSource::measured || row.source == CounterSource::checked;
    if (!by_program) CHECK(sides.program.*row.value == 0);
    if (!by_blocks) CHECK(sides.counted.*row.value == 0);
  }
}
