#include "sim/report/files/layer_settings.h"

#include <cmath>
#include <cstdint>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sim/report/files/json_text.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

// JSON has no infinity: a channel that is never predicted is null. A float fits a double exactly.
Json thresholds_json(const std::vector<float>& thresholds) {
  Json list = Json::array();
  for (const float threshold : thresholds)
    list.push_back(std::isinf(threshold) ? Json(nullptr) : Json(static_cast<double>(threshold)));
  return list;
}

void add_rule(Json& json, const LayerPrediction& settings) {
  json["window"] = {settings.grid.height, settings.grid.width};
  json["peeks"] = Json::array();
  for (const Position& peek : settings.grid.peeks) json["peeks"].push_back({peek.row, peek.col});
  json["thresholds"] = thresholds_json(settings.thresholds);
  for (const auto& [key, value] : settings.parameters.by_key) json["parameters"][key] = value;
  if (settings.file.key != nullptr) json[settings.file.key] = settings.file.sha256;
}

Json layer_json(const Layer& layer, const LayerPrediction& settings) {
  Json json;
  json["name"] = layer.name;
  json["kind"] = kind_name(layer);
  json["activation"] = activation_name(layer.activation);
  json["ofmap_shape"] = {layer.K, layer.P(), layer.Q()};
  json["macs_per_output"] = layer.L();
  json["policy"] = settings.predictor->name;
  json["not_predicted_because"] = settings.excluded;
  add_rule(json, settings);
  if (settings.zap != nullptr) {
    const Count decisions = layer.K * settings.decisions_per_channel;
    json["decisions"] = decisions;
    json["decision_macs"] = decisions * settings.decision_macs;
  }
  return json;
}

}  // namespace

std::string settings_digest(const std::vector<Layer>& layers,
                            const std::vector<LayerPrediction>& resolved) {
  Json rules = Json::array();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    Json rule = {{"name", layers[i].name}, {"policy", resolved[i].predictor->name}};
    if (resolved[i].predicts()) add_rule(rule, resolved[i]);
    rules.push_back(std::move(rule));
  }
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a: no need for a cryptographic hash
  for (const char c : one_line(rules))
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  std::ostringstream digits;
  digits.imbue(std::locale::classic());
  digits << std::hex << std::setfill('0') << std::setw(16) << hash;
  return digits.str();
}

std::string loop_mismatch(const MachineSpec& machine, const TraceInfo& info) {
  const TraceLoop& loop = info.loop;
  if (!loop.closed) return "";
  if (machine.prediction.masks != nullptr) return "";  // they are of this trace
  if (loop.settings.empty())
    return loop.machine == machine.name
               ? ""
               : "was recorded with the predictions of '" + loop.machine + "', not of '" +
                     machine.name + "' (only the names are known)";
  const std::vector<Layer> layers = layers_of(info);
  if (settings_digest(layers, resolve_layers(machine, layers)) == loop.settings) return "";
  return "was recorded with the predictions of '" + loop.machine +
         "', whose settings are not those of '" + machine.name + "'";
}

std::string layer_setting_json(const Layer& layer, const LayerPrediction& settings) {
  return one_line(layer_json(layer, settings));
}

std::string layer_settings_json(const MachineSpec& machine, const std::string& network,
                                const std::vector<Layer>& layers) {
  const std::vector<LayerPrediction> resolved = resolve_layers(machine, layers);
  Json json;
  json["machine"] = machine.name;
  json["network"] = network;
  json["digest"] = settings_digest(layers, resolved);
  json["zap_file"] = machine.prediction.zap != nullptr ? machine.prediction.zap_file : "";
  json["unmatched"] = unmatched_entries(machine.prediction, layers);
  json["layers"] = Json::array();
  for (std::size_t i = 0; i < layers.size(); ++i)
    json["layers"].push_back(layer_json(layers[i], resolved[i]));
  return document(json);
}

}  // namespace peeksim
