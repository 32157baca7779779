// A predictor with a rule, a parameter and counters of its own: one row, which both engines run.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/skip/policies/predictors.h"
#include "tests/support/both_engines.h"
#include "tests/support/random_case.h"

using namespace peeksim;

namespace {

// A window is left out when at most `allowed` of its peeks are above the threshold.
const Parameter parameters[] = {{"prediction.allowed", Parameter::Type::integer, "peeks", 0, 64, 1,
                                 "Peeks above the threshold that a window may have"}};

WindowGrid grid(const Layer& layer, const WindowSpec& window, const PeekSpec& peeks) {
  return {layer.P(), layer.Q(), window.height, window.width, peek_positions(peeks, window)};
}

void predict_windows(const WindowGrid& grid, const float* plane, float threshold,
                     const ParameterValues& own, std::uint8_t* predicted) {
  for (int row = 0, window = 0; row < grid.rows(); ++row)
    for (int col = 0; col < grid.cols(); ++col, ++window) {
      int above = 0;
      for (const Position& peek : grid.peeks) {
        if (peek.row >= grid.height_of(row) || peek.col >= grid.width_of(col)) continue;
        above += plane[(row * grid.height + peek.row) * grid.Q + col * grid.width + peek.col] >
                 threshold;
      }
      predicted[window] = grid.peeks_of(row, col) > 0 && above <= own.of(parameters[0]);
    }
}

const DecisionRule rule = {0,
                           [](float held, float peek, float threshold, const ParameterValues&) {
                             return held + static_cast<float>(peek > threshold);
                           },
                           [](float held, float, const ParameterValues& own) {
                             return held <= static_cast<float>(own.of(parameters[0]));
                           }};

void count(const StepOutputs& step, Counters& counters) {
  counters.peeks += step.peeks;
  counters.neighbors += step.outputs - step.peeks;
  counters.comparisons += step.peeks;
  counters.windows += 2 * step.windows;  // two bits are held for each
}

const Predictor lenient = {"lenient",
                           "for tests",
                           OutputFate::predicted_zero,
                           grid,
                           predict_windows,
                           &rule,
                           count,
                           [](const LayerPrediction&) { return std::string(); },
                           parameters};

LayerSetup set_up(const MachineSpec& machine, const Layer& layer, double allowed) {
  LayerPrediction prediction = resolve_prediction(machine, layer, false);
  prediction.predictor = &lenient;
  prediction.parameters.by_key["prediction.allowed"] = allowed;
  return set_up_layer(machine, layer, prediction);
}

}  // namespace

TEST_CASE("both engines run a predictor's own rule, parameter and counters, and agree") {
  int ran = 0, predicted_more = 0;
  for (int seed = 300; ran < 60; ++seed) {
    CAPTURE(seed);
    RandomCase random(static_cast<std::uint64_t>(seed));
    Layer layer = random.layer();
    layer.activation = Activation::relu;
    MachineSpec machine = random.machine();
    machine.prediction.policy = "peek";
    machine.buffers.ifmap_bytes = machine.buffers.ofmap_bytes = 65536;
    machine.buffers.weight_bytes = random.pick<Bytes>({301, 1000, 65536});
    const LayerValues values{random.ofmap(layer), {}};
    Count predicted[2];
    for (const int allowed : {0, 1}) {
      const LayerSetup setup = set_up(machine, layer, allowed);
      EventCollector event_log(EventDetail::all), clocked_log(EventDetail::all);
      const Counters event = simulate(fresh_engine("event"), machine, setup, values, event_log);
      const Counters clocked =
          simulate(fresh_engine("clocked"), machine, setup, values, clocked_log);
      sort_events(event_log.events);
      sort_events(clocked_log.events);
      CHECK(difference(event, clocked) == "");
      CHECK(first_difference({event, clocked, event_log.events, clocked_log.events, {}}) == "");
      CHECK(event.windows == 2 * Count{setup.prediction.grid.count()} * layer.K);
      predicted[allowed] = event.predicted_zero;
    }
    // With none allowed the rule is that of `peek`.
    const Counters peek = simulate(fresh_engine(), machine, set_up_layer(machine, layer, false),
                                   values, *std::make_unique<Observer>());
    CHECK(predicted[0] == peek.predicted_zero);
    CHECK(predicted[1] >= predicted[0]);
    predicted_more += predicted[1] > predicted[0];
    ++ran;
  }
  CHECK(predicted_more > 5);
}

TEST_CASE("a predictor's parameters are part of the key of its masks") {
  Layer layer;
  layer.name = "layer";
  layer.H = layer.W = 4;
  layer.activation = Activation::relu;
  const MachineSpec machine;
  const auto fingerprint = [&](double allowed) {
    return set_up(machine, layer, allowed).prediction.fingerprint();
  };
  CHECK(fingerprint(0) != fingerprint(1));
  CHECK(fingerprint(1) == fingerprint(1));
  // Numbers that look alike when they are printed.
  CHECK(fingerprint(0) != fingerprint(1e-9));
  CHECK(fingerprint(0.1) != fingerprint(0.1 + 1e-12));
}
