// What other programs are told of a machine's prediction settings, layer by layer.
#include "sim/report/files/layer_settings.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

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

TEST_CASE("entries that name no layer are reported") {
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

TEST_CASE("the digest differs exactly where predictions may differ") {
  const std::vector<Layer> layers = {layer("a"), layer("b")};
  const auto digest = [](const MachineSpec& machine, const std::vector<Layer>& of) {
    return settings_digest(of, resolve_layers(machine, of));
  };
  const MachineSpec machine;
  const std::string own = digest(machine, layers);
  CHECK(own.size() == 16);
  CHECK(own.find_first_not_of("0123456789abcdef") == own.npos);
  CHECK(settings(machine, layers)["digest"] == own);

  MachineSpec same = machine;
  same.name = "other";
  same.array.rows += 1;
  same.prediction.latency += 1;
  same.prediction.threshold = 1e-60;  // the same float
  CHECK(digest(same, layers) == own);

  std::vector<MachineSpec> others(6, machine);
  others[0].prediction.threshold = 0.1;
  others[1].prediction.window = {2, 3};
  others[2].prediction.peeks = {"corner", {}};
  others[3].prediction.exclude = {"b"};
  others[4].prediction.policy = "oracle";
  others[5].prediction.channel_thresholds["a"] = {0, never_predicted};
  std::set<std::string> digests = {own, digest(machine, {layer("a"), layer("c")})};
  for (const MachineSpec& other : others) digests.insert(digest(other, layers));
  CHECK(digests.size() == 8);

  // What decides nothing does not count: a policy without prediction has no window.
  others[0].prediction.policy = others[1].prediction.policy = "none";
  CHECK(digest(others[0], layers) == digest(others[1], layers));
}

TEST_CASE(
    "a closed-loop trace fits the machine of its settings, or of its name if it has no more") {
  TraceInfo info;
  info.layers.resize(1);
  info.layers[0].layer = layer("x");
  MachineSpec machine;
  machine.name = "own";
  CHECK(loop_mismatch(machine, info).empty());
  info.loop.closed = true;
  info.loop.machine = "made on";
  CHECK(loop_mismatch(machine, info) ==
        "was recorded with the predictions of 'made on', not of 'own' (only the names are known)");
  machine.name = "made on";
  CHECK(loop_mismatch(machine, info).empty());
  info.loop.settings = settings_digest(layers_of(info), resolve_layers(machine, layers_of(info)));
  machine.name = "renamed";
  CHECK(loop_mismatch(machine, info).empty());
  machine.prediction.threshold = 0.5;
  CHECK(loop_mismatch(machine, info) ==
        "was recorded with the predictions of 'made on', whose settings are not those of "
        "'renamed'");
}
