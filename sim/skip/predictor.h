// The table of predictors: how each one looks at a channel's ofmap plane and which windows it
// declares zero. A row owns all that is particular to it: its windows, its rule, its counters, the
// key under which its masks are cached. Adding a predictor is one file in policies/ and one row in
// predictor.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/counters.h"
#include "sim/base/span.h"
#include "sim/config/parameter.h"
#include "sim/skip/fate.h"
#include "sim/skip/window_grid.h"
#include "sim/workload/layer.h"

namespace peeksim {

struct LayerPrediction;
struct MachineSpec;
struct Operands;
struct Prediction;

// How a prediction unit decides on the windows of a channel while their peeks drain, one after
// another in window order: for each window it holds a value, updated with every peek.
struct DecisionRule {
  float start;  // the value before the window's first peek
  // The value after another peek. `own`: the predictor's parameters.
  float (*fold)(float held, float peek, float threshold, const ParameterValues& own);
  // Whether the window's neighbors are left out.
  bool (*skips)(float held, float threshold, const ParameterValues& own);
};

// The sizes of a step for a predictor's counters, over the channels of its group.
struct StepOutputs {
  Count windows = 0;  // those without an existing peek included
  Count outputs = 0;
  Count peeks = 0;  // and other outputs that are compared with the threshold
};

// A layer of an image whose predictor needs more than its ofmap.
struct LayerOperands {
  const Layer& layer;
  const Operands& operands;  // computes(), with the ifmap
};

// What a predictor that does not decide plane by plane may look at.
struct LayerImage {
  const std::vector<float>& ofmap;  // [K,P,Q], what enters the activation
  int channels;                     // K
  int image;                        // its number in the trace
  const LayerOperands* operands;    // null unless the predictor reads them
};

struct Predictor {
  const char* name;
  const char* meaning;

  // computed: every output is computed in one dense pass and nothing is predicted. Otherwise the
  // fate of the neighbors of a window that is predicted.
  OutputFate fate;

  // The windows that the predictor decides on, given the machine's.
  WindowGrid (*grid)(const Layer& layer, const WindowSpec& window, const PeekSpec& peeks);

  // Sets predicted[window] to 1 for every window of one plane [P,Q] whose neighbors it leaves out,
  // to 0 for the others. REQUIRES: finite values. Null: see decide.
  void (*predict)(const WindowGrid& grid, const float* plane, float threshold,
                  const ParameterValues& own, std::uint8_t* predicted);

  // The same decision as hardware takes it, peek after peek; a window without an existing peek is
  // computed. Null for a predictor that compares no peek with a threshold.
  const DecisionRule* rule;

  // Adds the counters that only this predictor has; null: none.
  void (*count)(const StepOutputs& step, Counters& counters);

  // Everything of a layer's settings that `predict` depends on, as bytes: equal ones predict the
  // same from the same values.
  std::string (*fingerprint)(const LayerPrediction& settings);

  // Keys of machine files that are this predictor's own, "prediction.something".
  Span<Parameter> parameters = {};

  // Takes into a layer's settings what the predictor has from a file that the machine names, or
  // says there why the layer runs dense. Throws Error(config). Null: it has nothing from files.
  void (*take_file)(const MachineSpec& machine, const Layer& layer,
                    LayerPrediction& settings) = nullptr;

  // For a predictor that does not decide plane by plane: [K,windows] as `predict` sets them for a
  // plane, and what else `result` needs. Null: see predict.
  std::vector<std::uint8_t> (*decide)(const LayerImage& image, const LayerPrediction& settings,
                                      Prediction& result) = nullptr;

  // Whether it decides from weights and activations.
  bool reads_operands = false;

  // Whether a unit of its own decides on every output when those that are computed first are known:
  // `decide` sets result.grid.first.
  bool has_decision_unit = false;

  // Of a predictor whose first pass only estimates outputs: at how many bits, and how many taps in
  // the time of one. Null: it computes them.
  const Parameter* estimate_bits = nullptr;
  const Parameter* estimate_ratio = nullptr;

  // Of a predictor that cuts outputs short: after how much of its taps it guesses, and whether a PE
  // that is done takes the next output at once.
  const Parameter* speculated_percent = nullptr;
  const Parameter* retire_alone = nullptr;

  // Whether it compares with thresholds without a rule.
  bool reads_thresholds = false;

  // Whether what it compares are scores of its own, which follow from how far below 0 outputs are.
  bool scores = false;

  bool predicts() const { return fate != OutputFate::computed; }
  // Whether it leaves out outputs that a pass of their own would compute.
  bool gates() const { return fate == OutputFate::predicted_zero; }
  // Whether every PE takes taps of its own, in an order of its column.
  bool orders_taps() const { return fate == OutputFate::cut_short; }
};

// The windows of a predictor that decides output by output and computes none of them first.
WindowGrid single_outputs(const Layer& layer, const WindowSpec&, const PeekSpec&);

// A predictor by whose `decide` a decision unit gates outputs, one by one.
Predictor with_decision_unit(const char* name, const char* meaning,
                             decltype(Predictor::take_file) take_file,
                             decltype(Predictor::decide) decide,
                             decltype(Predictor::fingerprint) fingerprint);

// Of a prediction unit that looks at every peek and holds a bit for every window of a step.
void count_peeks(const StepOutputs& step, Counters& counters);

// All predictors, in the order in which they are listed to users.
const std::vector<Predictor>& predictors();

// The predictor of that name. Throws Error(config) with a suggestion.
const Predictor& find_predictor(const std::string& name);

}  // namespace peeksim
