// Thresholds in units of a layer's RMS.
#include "sim/run/relative_thresholds.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "sim/skip/layer_prediction.h"
#include "sim/trace/synth.h"
#include "tests/support/config_error.h"
#include "tests/support/zap_in_memory.h"

using namespace peeksim;

namespace {

struct Sample {
  TempFolder files;

  Trace trace(const std::string& type = "f32") const {
    SynthSettings settings;
    settings.images = 3;
    settings.type = type;
    const std::string workload =
        files.write("workload.yaml",
                    "name: small\nsource: made for tests\nlayers:\n"
                    "  - {name: first, C: 3, H: 9, W: 9, K: 4, R: 3, S: 3, pad: 1}\n"
                    "  - {name: second, C: 4, H: 9, W: 9, K: 6, R: 3, S: 3, pad: 1}\n"
                    "  - {name: third, C: 6, H: 9, W: 9, K: 2, R: 1, S: 1}\n");
    synthesize(load_workload(workload), settings, files.path(type + ".h5"));
    return Trace(files.path(type + ".h5"));
  }
};

// By its definition, over all images.
double rms(const Trace& trace, std::size_t layer) {
  double squares = 0, count = 0;
  for (int image = 0; image < trace.info().images; ++image) {
    std::vector<float> values;
    trace.read_ofmap(layer, image, values);
    for (const float value : values) squares += double{value} * value;
    count += static_cast<double>(values.size());
  }
  return std::sqrt(squares / count);
}

MachineSpec relative(double threshold) {
  MachineSpec machine;
  machine.name = "m";
  machine.prediction.threshold = threshold;
  machine.prediction.threshold_unit = "rms";
  return machine;
}

// The thresholds that the layers of the trace get.
std::vector<std::vector<float>> thresholds(const MachineSpec& machine, const Trace& trace) {
  std::vector<std::vector<float>> found;
  for (const LayerPrediction& layer : resolve_layers(machine, layers_of(trace.info())))
    found.push_back(layer.thresholds);
  return found;
}

}  // namespace

TEST_CASE("a relative threshold is that share of each layer's RMS, rounded down to float") {
  const Sample sample;
  const Trace trace = sample.trace();
  for (const double share : {0.25, -0.5, 0.0}) {
    const MachineSpec machine = with_absolute_thresholds(relative(share), trace);
    CHECK(machine.prediction.threshold_unit == "value");
    const auto found = thresholds(machine, trace);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const double exact = share * rms(trace, i);
      CHECK(found[i][0] <= exact);
      CHECK(std::nextafter(found[i][0], std::numeric_limits<float>::infinity()) > exact);
      for (const float one : found[i]) CHECK(one == found[i][0]);
    }
  }
}

TEST_CASE("thresholds of layers and channels count in the same unit, and never stays never") {
  const Sample sample;
  const Trace trace = sample.trace();
  MachineSpec machine = relative(0.25);
  LayerPredictionOverride entry;
  entry.match = "s*";
  entry.threshold = 1;
  machine.prediction.layers.push_back(entry);
  machine.prediction.channel_thresholds["third"] = {never_predicted, 2};
  const auto found = thresholds(with_absolute_thresholds(machine, trace), trace);
  CHECK(found[0][3] == round_down(0.25 * rms(trace, 0)));
  CHECK(found[1][5] == round_down(rms(trace, 1)));
  CHECK(std::isinf(found[2][0]));
  CHECK(found[2][1] == round_down(2 * rms(trace, 2)));
}

TEST_CASE("thresholds that are values stay as they are") {
  const Sample sample;
  MachineSpec machine = relative(0.25);
  machine.prediction.threshold_unit = "value";
  const Trace trace = sample.trace();
  const auto found = thresholds(with_absolute_thresholds(machine, trace), trace);
  CHECK(found[1][0] == 0.25f);
}

TEST_CASE("without a trace relative thresholds are an error, unless no layer needs one") {
  const Sample sample;
  const Trace trace = sample.trace();
  const std::vector<Layer> layers = layers_of(trace.info());
  MachineSpec machine = relative(0.25);
  CHECK(config_error([&] { resolve_layers(machine, layers); }) ==
        "m: prediction.threshold_unit: thresholds in units of a layer's RMS need the values of a "
        "trace; give a trace, or thresholds with prediction.threshold_unit: value");
  for (const char* policy : {"lookahead", "snapea"}) {
    machine.prediction.policy = policy;
    CHECK(config_error([&] {
            resolve_layers(machine, layers);
          }).find("m: prediction.threshold_unit: ") == 0);
    CHECK_NOTHROW(resolve_layers(with_absolute_thresholds(machine, trace), layers));
  }
  for (const char* policy : {"none", "oracle", "perforate"}) {
    machine.prediction.policy = policy;
    CHECK_NOTHROW(resolve_layers(machine, layers));
  }
}

TEST_CASE("a threshold within one quantisation step is reported, one of a step is not") {
  const Sample sample;
  const Trace trace = sample.trace("i8");
  const float step = trace.scales(1, TraceTensor::ofmap)[0];
  MachineSpec machine;
  machine.prediction.exclude = {"first"};
  LayerPredictionOverride entry;
  entry.match = "second";
  entry.threshold = step * 0.99;
  machine.prediction.layers.push_back(entry);
  const auto warnings = thresholds_below_a_step(machine, trace);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].find("prediction.threshold is smaller than a quantisation step of the trace in "
                         "1 layer ('second': ") == 0);
  machine.prediction.layers[0].threshold = step;
  CHECK(thresholds_below_a_step(machine, trace).empty());
  machine.prediction.threshold = step * -0.01;
  CHECK(thresholds_below_a_step(machine, trace).size() == 1);
  machine.prediction.channel_thresholds["third"] = {0, step * 0.5};
  CHECK(thresholds_below_a_step(machine, trace).empty());
  CHECK(thresholds_below_a_step(machine, sample.trace("f32")).empty());
}

TEST_CASE("thresholds of scores have no quantisation step") {
  const Sample sample;
  const Trace trace = sample.trace("i8");
  MachineSpec machine;
  machine.prediction.exclude = {"first"};
  machine.prediction.threshold = 1e-6;
  CHECK(thresholds_below_a_step(machine, trace).size() == 1);
  const Layer second = trace.info().layers[1].layer;
  const std::vector<float> ones(9, 1.0f);
  use_zap(machine, networks_of("thirds", second, uniform_network(second.K, ones, 0, ones, 0)));
  CHECK(resolve_layers(machine, layers_of(trace.info()))[1].reads_thresholds());
  CHECK(thresholds_below_a_step(machine, trace).empty());
}
