#include "sim/report/layer_settings.h"

#include <cmath>
#include <nlohmann/json.hpp>

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

Json layer_json(const Layer& layer, const LayerPrediction& settings) {
  Json json;
  json["name"] = layer.name;
  json["kind"] = kind_name(layer);
  json["activation"] = activation_name(layer.activation);
  json["ofmap_shape"] = {layer.K, layer.P(), layer.Q()};
  json["macs_per_output"] = layer.L();
  json["policy"] = settings.predictor->name;
  json["not_predicted_because"] = settings.excluded;
  json["window"] = {settings.grid.height, settings.grid.width};
  json["peeks"] = Json::array();
  for (const Position& peek : settings.grid.peeks) json["peeks"].push_back({peek.row, peek.col});
  json["thresholds"] = thresholds_json(settings.thresholds);
  return json;
}

}  // namespace

std::vector<Layer> layers_of(const TraceInfo& info) {
  std::vector<Layer> layers;
  for (const TraceLayer& traced : info.layers) layers.push_back(traced.layer);
  return layers;
}

std::vector<LayerPrediction> resolve_layers(const MachineSpec& machine,
                                            const std::vector<Layer>& layers) {
  std::vector<LayerPrediction> resolved;
  bool before_first = true;
  for (const Layer& layer : layers) {
    const bool first = before_first && layer.kind == LayerKind::conv;
    resolved.push_back(resolve_prediction(machine, layer, first));
    before_first = before_first && !first;
  }
  return resolved;
}

std::string layer_settings_json(const MachineSpec& machine, const std::string& network,
                                const std::vector<Layer>& layers) {
  const std::vector<LayerPrediction> resolved = resolve_layers(machine, layers);
  Json json;
  json["machine"] = machine.name;
  json["network"] = network;
  json["unmatched"] = unmatched_entries(machine.prediction, layers);
  json["layers"] = Json::array();
  for (std::size_t i = 0; i < layers.size(); ++i)
    json["layers"].push_back(layer_json(layers[i], resolved[i]));
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace peeksim
