// What other programs are told of a machine's prediction settings, layer by layer.
#include "sim/report/layer_settings.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace peeksim;

namespace {

Layer layer(const std::string& name, LayerKind kind = LayerKind::conv) {
  Layer l;
  l.name = name;
  l.kind = kind;
  l.C = 3, l.K = 2;
  if (kind == LayerKind::conv) l.H = 7, l.W = 9, l.R = 3, l.S = 3;
  return l;
}

nlohmann::json settings(const MachineSpec& machine, const std::vector<Layer>& layers) {
  return nlohmann::json::parse(layer_settings_json(machine, "net", layers));
}

}  // namespace

TEST_CASE("a layer's settings are those that the simulator runs with") {
  MachineSpec machine;
  machine.name = "m";
  machine.prediction.window = {2, 3};
  machine.prediction.channel_thresholds["a"] = {0.1, never_predicted};
  const nlohmann::json json = settings(machine, {layer("a")});
  CHECK(json["machine"] == "m");
  CHECK(json["network"] == "net");
  const nlohmann::json expected = {{"name", "a"},
                                   {"kind", "conv"},
                                   {"activation", "relu"},
                                   {"ofmap_shape", {2, 5, 7}},
                                   {"macs_per_output", 27},
                                   {"policy", "peek"},
                                   {"not_predicted_because", ""},
                                   {"window", {2, 3}},
                                   {"peeks", {{0, 0}, {0, 1}, {1, 2}}},
                                   {"thresholds", {0.09999999403953552, nullptr}}};
  CHECK(json["layers"] == nlohmann::json::array({expected}));
}

TEST_CASE("the first convolution is the first, whatever precedes it, and no later one") {
  MachineSpec machine;
  machine.prediction.exclude = {"first"};
  const std::vector<Layer> layers = {layer("fc", LayerKind::fc), layer("a"), layer("b")};
  const std::vector<LayerPrediction> resolved = resolve_layers(machine, layers);
  REQUIRE(resolved.size() == 3);
  CHECK(resolved[0].excluded.empty());
  CHECK(resolved[1].excluded == "excluded by 'first'");
  CHECK(resolved[2].excluded.empty());
  CHECK(settings(machine, layers)["layers"][1]["policy"] == "none");
}

TEST_CASE("entries that name no layer are told") {
  MachineSpec machine;
  machine.prediction.exclude = {"b*", "a"};
  CHECK(settings(machine, {layer("a")})["unmatched"] ==
        nlohmann::json::array({"prediction.exclude: 'b*'"}));
  CHECK(settings(machine, {layer("a"), layer("b1")})["unmatched"].empty());
}

TEST_CASE("the layers of a trace are its layers' shapes in order") {
  TraceInfo info;
  info.layers.resize(2);
  info.layers[0].layer = layer("x");
  info.layers[1].layer = layer("y");
  const std::vector<Layer> layers = layers_of(info);
  REQUIRE(layers.size() == 2);
  CHECK(layers[0].name == "x");
  CHECK(layers[1].name == "y");
}
