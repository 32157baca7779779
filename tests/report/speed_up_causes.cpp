// Why a run is as fast as it is: bound and losses by hand, and the words made of them.
#include "sim/report/numbers/speed_up_causes.h"

#include <doctest/doctest.h>

#include <numeric>

#include "sim/report/screens/speed_up_words.h"
#include "tests/report/sample.h"

using namespace peeksim;

namespace {

Counters counted(Count macs, Count predicted, Count tiles, Count array_busy, Count predict_stall,
                 Count drain_stall, Count memory_stall, Count tail) {
  Counters c;
  c.macs_total = macs;
  c.macs_predicted = predicted;
  c.macs_executed = macs - predicted;
  c.tiles_peek = tiles;
  c.array_busy = array_busy;
  c.predict_stall = predict_stall;
  c.drain_stall = drain_stall;
  c.memory_stall = memory_stall;
  c.tail = tail;
  c.cycles = array_busy + predict_stall + drain_stall + memory_stall + tail;
  return c;
}

LayerResult layer(const char* name, const CounterPair& counters) {
  LayerResult made;
  made.layer.name = name;
  made.policy = counters.machine == counters.dense ? "none" : "peek";
  made.counters = counters;
  return made;
}

// 132 cycles without prediction and 136 with it, a quarter of the MACs saved.
const CounterPair slower = {counted(1000, 250, 9, 99, 6, 5, 18, 8),
                            counted(1000, 0, 10, 100, 0, 4, 20, 8)};
// 400 cycles and 328, half of the MACs saved.
const CounterPair faster = {counted(1000, 500, 30, 300, 8, 0, 12, 8),
                            counted(1000, 0, 38, 380, 0, 0, 12, 8)};
const CounterPair not_predicted = {counted(500, 0, 20, 200, 0, 0, 60, 8),
                                   counted(500, 0, 20, 200, 0, 0, 60, 8)};

RunResult run_of(const std::vector<LayerResult>& layers) {
  RunResult run;
  run.layers = layers;
  return run;
}

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += sentence + "\n";
  return text;
}

}  // namespace

TEST_CASE("the bound and what each cause lost are those of a calculation by hand") {
  const CyclesExplained found = explain_cycles(slower);
  CHECK(found.dense == 132);
  CHECK(found.run == 136);
  CHECK(found.bound == 99);  // three quarters of 132
  REQUIRE(speed_up_causes().size() == 5);
  // 9 tiles instead of 7.5, 10 cycles each; 99 cycles instead of 9 tiles of 10; no wait of this
  // kind without prediction; 5 instead of 3; 26 instead of 21.
  CHECK(found.lost == std::vector<double>{15, 9, 6, 2, 5});
}

TEST_CASE("bound and losses add up to the cycles of the run, by layer and over the network") {
  const RunResult sample = sample_run();
  const SpeedUpExplained found = explain_speed_up(sample).value();
  const auto sum = [](const CyclesExplained& part) {
    return std::accumulate(part.lost.begin(), part.lost.end(), part.bound);
  };
  REQUIRE(found.layers.size() == sample.layers.size());
  for (std::size_t i = 0; i < found.layers.size(); ++i) {
    CHECK(sum(found.layers[i]) == doctest::Approx(sample.layers[i].counters.machine.cycles));
    CHECK(found.layers[i].dense == sample.layers[i].counters.dense.cycles);
  }
  CHECK(sum(found.network) == doctest::Approx(sample.totals().machine.cycles));
}

TEST_CASE("a layer that is not predicted loses and wins nothing") {
  const CyclesExplained found = explain_cycles(not_predicted);
  CHECK(found.bound == 268);
  CHECK(found.lost == std::vector<double>{0, 0, 0, 0, 0});
}

TEST_CASE("a layer of which nothing is left to compute takes no tiles, and its losses add up") {
  const CyclesExplained found = explain_cycles(
      {counted(1000, 1000, 0, 0, 0, 0, 30, 5), counted(1000, 0, 10, 100, 0, 0, 20, 5)});
  CHECK(found.bound == 0);
  CHECK(found.lost == std::vector<double>{0, 0, 0, 0, 35});
}

TEST_CASE("nothing is explained when a counter of it is not known") {
  RunResult run = sample_run();
  run.unknown = {&Counters::zero_flags};
  CHECK(explain_speed_up(run).has_value());
  run.unknown = {&Counters::drain_stall};
  CHECK_FALSE(explain_speed_up(run).has_value());
  CHECK(speed_up_words(run).empty());
}

TEST_CASE("a speed-up is told by what was saved, what was lost, and which layers did it") {
  const std::vector<std::string> said =
      speed_up_words(run_of({layer("a", slower), layer("b", faster), layer("fc", not_predicted)}));
  REQUIRE(said.size() == 4);
  // 33 of 132 and 200 of 400 cycles, of 800; 68 saved.
  CHECK(said[0] ==
        "Without prediction, the 30.0 % of the MACs that are saved take 29.1 % of the cycles; 29.2 "
        "% of these are saved: the run takes 91.5 % of the cycles without prediction, speed-up "
        "1.09.");
  // 15 + 110 of 800; 9 + 0, 6 + 8, 2 + 0, 5 + 10.
  CHECK(
      said[1] ==
      "Lost to partly filled tiles 15.6 %, most in b (88.0 % of it), waiting for data and "
      "stores 1.9 %, waiting for a prediction 1.8 %, longer tiles 1.1 % and waiting for the drain "
      "0.2 %.");
  CHECK(said[2] ==
        "1 layer saves 9.0 % of the cycles, most in b (100.0 % of it); 1 layer is slower than "
        "without prediction and adds 0.5 %, most in a (100.0 % of it).");
  CHECK(said[3] == "Layers that are not predicted take 33.5 % of the cycles: fc.");
}

TEST_CASE("a run that is slower for its prediction saves none of the cycles, and says so") {
  const std::string said = joined(speed_up_words(run_of({layer("a", slower)})));
  CHECK(said.find("none of these are saved: the run takes 103.0 % of the cycles without "
                  "prediction, speed-up 0.97.") != std::string::npos);
}

TEST_CASE("prediction that saves nothing is said to save nothing") {
  CounterPair nothing = slower;
  nothing.machine.macs_predicted = 0;
  const std::string said = joined(speed_up_words(run_of({layer("a", nothing)})));
  CHECK(said.find("No MAC is saved: the run takes 103.0 % of the cycles") == 0);
}

TEST_CASE("a machine without prediction has no speed-up to explain, but cycles") {
  const std::vector<std::string> said =
      speed_up_words(run_of({layer("conv", not_predicted), layer("fc", not_predicted)}));
  REQUIRE(said.size() == 1);
  CHECK(said[0] ==
        "No layer is predicted, so there is no speed-up to explain. The array computes in 74.6 % "
        "of the cycles, waits for the drain in 0.0 % and for data, with the tail, in 25.4 %, most "
        "in conv and fc (100.0 % of it).");
}

TEST_CASE("of many layers the three that matter most are named") {
  std::vector<LayerResult> layers;
  for (const char* name : {"a", "b", "c", "d", "e"}) layers.push_back(layer(name, slower));
  const std::string said = joined(speed_up_words(run_of(layers)));
  CHECK(said.find("5 layers are slower than without prediction and add 3.0 %, most in a, b and c "
                  "(60.0 % of it).") != std::string::npos);
}
