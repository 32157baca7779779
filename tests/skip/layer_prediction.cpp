// The prediction settings of a machine, resolved for one layer.
#include "sim/skip/layer_prediction.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "sim/base/error.h"

using namespace peeksim;

namespace {

Layer layer(const std::string& name, int K = 4) {
  Layer l;
  l.name = name;
  l.C = 4, l.H = 6, l.W = 6, l.K = K;
  return l;
}

Layer depthwise(const std::string& name) {
  Layer l = layer(name);
  l.groups = 4;
  return l;
}

Layer fc(const std::string& name) {
  Layer l = layer(name);
  l.kind = LayerKind::fc;
  l.H = l.W = 1;
  return l;
}

// The name of the predictor that runs, and why it is not the machine's.
std::string runs(const MachineSpec& machine, const Layer& l, bool is_first = false) {
  const LayerPrediction prediction = resolve_prediction(machine, l, is_first);
  const std::string name = prediction.predictor->name;
  return prediction.excluded.empty() ? name : name + ": " + prediction.excluded;
}

LayerPredictionOverride entry(const std::string& match) {
  LayerPredictionOverride change;
  change.match = match;
  return change;
}

std::string error(const MachineSpec& machine, const Layer& l) {
  try {
    resolve_prediction(machine, l, false);
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::config);
    return e.what();
  }
  return "no error";
}

float threshold_of(double threshold) {
  MachineSpec machine;
  machine.prediction.threshold = threshold;
  return resolve_prediction(machine, layer("a"), false).thresholds.at(0);
}

}  // namespace

TEST_CASE("a layer runs the machine's predictor on the machine's windows") {
  MachineSpec machine;
  machine.prediction.window = {2, 3};
  machine.prediction.peeks = {"corner", {}};
  const LayerPrediction peek = resolve_prediction(machine, layer("a"), true);
  CHECK(std::string(peek.predictor->name) == "peek");
  CHECK(peek.predicts());
  CHECK(peek.grid.P == 6);
  CHECK(peek.grid.height == 2);
  CHECK(peek.grid.width == 3);
  CHECK(peek.grid.peeks == std::vector<Position>{{0, 0}});
  CHECK(peek.thresholds == std::vector<float>{0, 0, 0, 0});
}

TEST_CASE("none and oracle work on windows of one output without a peek") {
  for (const char* policy : {"none", "oracle"}) {
    MachineSpec machine;
    machine.prediction.policy = policy;
    const LayerPrediction prediction = resolve_prediction(machine, layer("a"), false);
    CAPTURE(policy);
    CHECK(prediction.grid.height == 1);
    CHECK(prediction.grid.width == 1);
    CHECK(prediction.grid.peeks.empty());
    CHECK(prediction.predicts() == (std::string(policy) == "oracle"));
  }
}

TEST_CASE("an unknown predictor is an error that suggests the nearest") {
  MachineSpec machine;
  machine.prediction.policy = "orakle";
  CHECK(error(machine, layer("a")) ==
        "prediction.policy: unknown predictor 'orakle'; did you mean 'oracle'?");
}

TEST_CASE("'first' excludes the first layer only") {
  MachineSpec machine;
  machine.prediction.exclude = {"first"};
  CHECK(runs(machine, layer("conv1"), true) == "none: excluded by 'first'");
  CHECK(runs(machine, layer("first"), false) == "peek");
}

TEST_CASE("'kind:' excludes the layers of a kind, and a depthwise layer is no conv") {
  MachineSpec machine;
  machine.prediction.exclude = {"kind:depthwise"};
  CHECK(runs(machine, depthwise("a")) == "none: excluded by 'kind:depthwise'");
  CHECK(runs(machine, layer("a")) == "peek");
  machine.prediction.exclude = {"kind:conv"};
  CHECK(runs(machine, layer("a")) == "none: excluded by 'kind:conv'");
  CHECK(runs(machine, depthwise("a")) == "peek");
  CHECK(runs(machine, fc("a")) == "peek");
  machine.prediction.exclude = {"kind:fc"};
  CHECK(runs(machine, fc("a")) == "none: excluded by 'kind:fc'");
}

TEST_CASE("a glob excludes the layers whose whole name it matches") {
  MachineSpec machine;
  machine.prediction.exclude = {"fire?/squeeze", "layer1.*"};
  CHECK(runs(machine, layer("fire2/squeeze")) == "none: excluded by 'fire?/squeeze'");
  CHECK(runs(machine, layer("fire10/squeeze")) == "peek");
  CHECK(runs(machine, layer("fire2/squeeze1x1")) == "peek");
  CHECK(runs(machine, layer("layer1.0.conv1")) == "none: excluded by 'layer1.*'");
  CHECK(runs(machine, layer("layer10")) == "peek");
}

TEST_CASE("a layer that no ReLU follows runs dense, under every policy that predicts") {
  Layer linear = layer("a");
  linear.activation = Activation::none;
  for (const char* policy : {"peek", "oracle"}) {
    MachineSpec machine;
    machine.prediction.policy = policy;
    CHECK(runs(machine, linear) == "none: no ReLU");
    linear.activation = Activation::relu6;
    CHECK(runs(machine, linear) == policy);
    linear.activation = Activation::none;
  }
}

TEST_CASE("an excluded layer's windows are those of none, so its blocks are too") {
  MachineSpec machine;
  machine.prediction.exclude = {"*"};
  machine.prediction.window = {4, 4};
  const LayerPrediction prediction = resolve_prediction(machine, layer("a"), false);
  CHECK_FALSE(prediction.predicts());
  CHECK(prediction.grid.height == 1);
  CHECK(prediction.grid.count() == 36);
}

TEST_CASE("a layer that none was chosen for is not called excluded") {
  MachineSpec machine;
  machine.prediction.policy = "none";
  machine.prediction.exclude = {"*"};
  CHECK(runs(machine, layer("a")) == "none");
}

TEST_CASE("an entry changes what it names and leaves the rest") {
  MachineSpec machine;
  machine.prediction.threshold = 0.5;
  machine.prediction.layers = {entry("conv*")};
  machine.prediction.layers[0].window = WindowSpec{3, 3};
  const LayerPrediction changed = resolve_prediction(machine, layer("conv1"), false);
  CHECK(changed.grid.height == 3);
  CHECK(changed.grid.peeks == std::vector<Position>{{0, 0}, {1, 1}, {2, 2}});
  CHECK(changed.thresholds[0] == 0.5f);
  CHECK(resolve_prediction(machine, layer("fc1"), false).grid.height == 2);
}

TEST_CASE("of the entries that match, the later wins key by key") {
  MachineSpec machine;
  machine.prediction.layers = {entry("*"), entry("b*"), entry("*c")};
  machine.prediction.layers[0].threshold = 1.0;
  machine.prediction.layers[0].peeks = PeekSpec{"corner", {}};
  machine.prediction.layers[1].threshold = 2.0;
  machine.prediction.layers[2].threshold = 3.0;
  machine.prediction.layers[2].policy = "oracle";
  CHECK(resolve_prediction(machine, layer("a"), false).thresholds[0] == 1.0f);
  CHECK(resolve_prediction(machine, layer("b"), false).thresholds[0] == 2.0f);
  CHECK(resolve_prediction(machine, layer("b"), false).grid.peeks.size() == 1);
  CHECK(resolve_prediction(machine, layer("bc"), false).thresholds[0] == 3.0f);
  CHECK(runs(machine, layer("bc")) == "oracle");
  CHECK(runs(machine, layer("b")) == "peek");
}

TEST_CASE("an entry can turn prediction on for one layer of a dense machine") {
  MachineSpec machine;
  machine.prediction.policy = "none";
  machine.prediction.layers = {entry("b")};
  machine.prediction.layers[0].policy = "peek";
  CHECK(runs(machine, layer("a")) == "none");
  CHECK(runs(machine, layer("b")) == "peek");
}

TEST_CASE("thresholds by channel win over all others, for the layer of that name alone") {
  MachineSpec machine;
  machine.prediction.layers = {entry("*")};
  machine.prediction.layers[0].threshold = 1.0;
  machine.prediction.channel_thresholds["a"] = {0, -0.5, never_predicted, 0.25};
  const std::vector<float> expected = {0, -0.5f, -std::numeric_limits<float>::infinity(), 0.25f};
  CHECK(resolve_prediction(machine, layer("a"), false).thresholds == expected);
  CHECK(resolve_prediction(machine, layer("ab"), false).thresholds == std::vector<float>(4, 1.0f));
}

TEST_CASE("a wrong number of thresholds is an error, whatever the policy or the layer") {
  for (const char* policy : {"none", "peek", "oracle"}) {
    MachineSpec machine;
    machine.prediction.policy = policy;
    machine.prediction.exclude = {"a"};
    for (const std::size_t count : {3, 5}) {
      machine.prediction.channel_thresholds["a"] = std::vector<double>(count, 0.0);
      CHECK(error(machine, layer("a"))
                .find("layer 'a' has 4 output channels, but " + std::to_string(count) +
                      " thresholds are given for it") != std::string::npos);
    }
    machine.prediction.channel_thresholds["a"] = std::vector<double>(4, 0.0);
    CHECK(error(machine, layer("a")) == "no error");
  }
}

TEST_CASE("a wrong number of thresholds is reported where the thresholds were set") {
  MachineSpec machine;
  machine.where["prediction.thresholds_file"] = {"m.yaml", 7, "prediction.thresholds_file"};
  machine.prediction.channel_thresholds["a"] = {0};
  CHECK(error(machine, layer("a")).find("m.yaml:7: prediction.thresholds_file: ") == 0);
}

TEST_CASE("a peek outside the window is an error, whatever the policy or the layer") {
  for (const char* policy : {"none", "peek", "oracle"}) {
    MachineSpec machine;
    machine.prediction.policy = policy;
    machine.prediction.exclude = {"*"};
    machine.prediction.peeks = {"", {{0, 0}, {1, 2}}};
    CHECK(error(machine, layer("a")).find("peek [1, 2] lies outside the 2x2 window") !=
          std::string::npos);
    machine.prediction.window = {2, 3};
    CHECK(error(machine, layer("a")) == "no error");
  }
}

TEST_CASE("a threshold between two floats is rounded down, never up") {
  const float low = 0.1f;
  const float high = std::nextafter(low, 1.0f);
  const double gap = double(high) - double(low);
  CHECK(threshold_of(low) == low);
  CHECK(threshold_of(double(low) + 0.25 * gap) == low);
  CHECK(threshold_of(double(low) + 0.75 * gap) == low);  // nearest would be high
  CHECK(threshold_of(high) == high);
  CHECK(threshold_of(-double(high)) == -high);
  CHECK(threshold_of(-double(low) - 0.25 * gap) == -high);  // nearest would be -low
}

TEST_CASE("thresholds beyond the range of floats stay on their side") {
  CHECK(threshold_of(1e300) == std::numeric_limits<float>::max());
  CHECK(threshold_of(-1e300) == -std::numeric_limits<float>::infinity());
  CHECK(threshold_of(1e-300) == 0.0f);
  CHECK(threshold_of(-1e-300) == -std::numeric_limits<float>::denorm_min());
  CHECK(threshold_of(never_predicted) == -std::numeric_limits<float>::infinity());
}

TEST_CASE("a layer has a negative threshold when a channel that can be predicted has") {
  const auto negative = [](std::vector<double> thresholds, const char* policy = "peek") {
    MachineSpec machine;
    machine.prediction.policy = policy;
    machine.prediction.channel_thresholds["a"] = std::move(thresholds);
    return resolve_prediction(machine, layer("a"), false).has_negative_threshold();
  };
  CHECK(negative({0, 0, -0.1, 0}));
  CHECK_FALSE(negative({0, 0, 0.1, 0}));
  CHECK_FALSE(negative({0, never_predicted, never_predicted, 0}));
  CHECK_FALSE(negative({0, 0, -0.1, 0}, "none"));
  CHECK_FALSE(negative({-1, 0, 0, 0}, "oracle"));  // compares nothing with a threshold
}

TEST_CASE("entries that name no layer are found, with the key they stand under") {
  const std::vector<Layer> layers = {layer("conv1"), depthwise("dw"), layer("conv2")};
  PredictionSpec prediction;
  prediction.exclude = {"first", "kind:fc", "kind:depthwise", "conv*", "fire*"};
  prediction.layers = {entry("conv2"), entry("conv3"), entry("d?")};
  prediction.channel_thresholds = {{"conv1", {}}, {"conv*", {}}};
  CHECK(unmatched_entries(prediction, layers) ==
        std::vector<std::string>{"prediction.exclude: 'kind:fc'", "prediction.exclude: 'fire*'",
                                 "prediction.layers: 'conv3'",
                                 "prediction.thresholds_file: 'conv*'"});
}

TEST_CASE("a machine whose entries all name a layer has nothing unmatched") {
  PredictionSpec prediction;
  prediction.exclude = {"first"};
  CHECK(unmatched_entries(prediction, {layer("a")}).empty());
  CHECK(unmatched_entries(PredictionSpec(), {}).empty());
}
