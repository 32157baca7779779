#include "sim/skip/layer_prediction.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/base/error.h"
#include "sim/base/glob.h"

namespace peeksim {

namespace {

bool names_layer(const std::string& entry, const Layer& layer, bool is_first) {
  if (entry == "first") return is_first;
  if (entry.rfind("kind:", 0) == 0) return entry.substr(5) == kind_name(layer);
  return glob_matches(entry, layer.name);
}

std::string why_excluded(const PredictionSpec& prediction, const Layer& layer, bool is_first) {
  if (layer.activation == Activation::none) return "no ReLU";
  for (const std::string& entry : prediction.exclude)
    if (names_layer(entry, layer, is_first)) return "excluded by '" + entry + "'";
  return "";
}

std::vector<float> thresholds_of(const MachineSpec& machine, const Layer& layer,
                                 double one_for_all) {
  const auto& by_layer = machine.prediction.channel_thresholds;
  const auto found = by_layer.find(layer.name);
  if (found == by_layer.end()) return std::vector<float>(layer.K, round_down(one_for_all));
  if (found->second.size() != static_cast<std::size_t>(layer.K))
    throw Error(ErrorKind::config, machine.location("prediction.thresholds_file"),
                "layer '" + layer.name + "' has " + std::to_string(layer.K) +
                    " output channels, but " + std::to_string(found->second.size()) +
                    " thresholds are given for it",
                "give one threshold per output channel");
  std::vector<float> thresholds;
  for (const double threshold : found->second) thresholds.push_back(round_down(threshold));
  return thresholds;
}

}  // namespace

void require_relu(const MachineSpec& machine, const char* file_key, const char* what,
                  const Layer& layer) {
  if (layer.activation != Activation::none) return;
  throw Error(ErrorKind::config, machine.location(file_key),
              std::string("has ") + what + " of layer '" + layer.name +
                  "', which no ReLU follows: a gated output would be wrong",
              "leave the layer out of the file");
}

float round_down(double threshold) {
  const float nearest = static_cast<float>(threshold);
  if (static_cast<double>(nearest) <= threshold) return nearest;
  return std::nextafter(nearest, -std::numeric_limits<float>::infinity());
}

std::string LayerPrediction::fingerprint() const {
  std::string bytes = std::string(predictor->name) + "\n";
  for (const auto& [key, value] : parameters.by_key) {
    bytes += key + " ";
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  return bytes + predictor->fingerprint(*this);
}

std::string LayerPrediction::threshold_bytes() const {
  return {reinterpret_cast<const char*>(thresholds.data()), thresholds.size() * sizeof(float)};
}

bool LayerPrediction::has_negative_threshold() const {
  const bool of_ofmap = compares() && grid.estimates == 0 && !grid.peeks.empty();
  return of_ofmap && std::any_of(thresholds.begin(), thresholds.end(), [](float threshold) {
           return threshold < 0 && !std::isinf(threshold);
         });
}

LayerPrediction resolve_prediction(const MachineSpec& machine, const Layer& layer, bool is_first) {
  std::string policy = machine.prediction.policy;
  WindowSpec window = machine.prediction.window;
  PeekSpec peeks = machine.prediction.peeks;
  double threshold = machine.prediction.threshold;
  Location threshold_where = machine.location("prediction.threshold");
  for (const LayerPredictionOverride& entry : machine.prediction.layers) {
    if (!glob_matches(entry.match, layer.name)) continue;
    policy = entry.policy.value_or(policy);
    window = entry.window.value_or(window);
    peeks = entry.peeks.value_or(peeks);
    if (!entry.threshold) continue;
    threshold = *entry.threshold;
    threshold_where = entry.where;
  }

  LayerPrediction result;
  result.thresholds = thresholds_of(machine, layer, threshold);
  result.threshold_where = machine.prediction.channel_thresholds.count(layer.name) > 0
                               ? machine.location("prediction.thresholds_file")
                               : threshold_where;
  peek_positions(peeks, window);  // a bad peek is an error whatever the predictor
  result.predictor = &find_predictor(policy);
  if (result.predictor->predicts())
    result.excluded = why_excluded(machine.prediction, layer, is_first);
  if (result.predictor->take_file != nullptr) result.predictor->take_file(machine, layer, result);
  if (!result.excluded.empty()) result.predictor = &find_predictor("none");
  if (result.reads_thresholds() && machine.prediction.threshold_unit != "value")
    throw Error(ErrorKind::config, machine.location("prediction.threshold_unit"),
                "thresholds in units of a layer's RMS need the values of a trace",
                "give a trace, or thresholds with prediction.threshold_unit: value");
  for (const Parameter& parameter : result.predictor->parameters)
    result.parameters.by_key[parameter.key] = machine.parameters.of(parameter);
  result.grid = result.predictor->grid(layer, window, peeks);
  result.grid.estimates = result.value_of(result.predictor->estimate_ratio);
  return result;
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

void require_unrectified(const LayerPrediction& settings, const std::string& layer,
                         const std::vector<float>& ofmap, const std::string& trace_path) {
  const bool scores = settings.predictor->scores;
  if (!scores && !settings.has_negative_threshold()) return;
  if (*std::min_element(ofmap.begin(), ofmap.end()) != 0.0f) return;
  const std::string why =
      scores ? std::string("is scored by policy '") + settings.predictor->name +
                   "' from how far below 0 outputs are"
             : "has a negative threshold (" + settings.threshold_where.text() + ")";
  throw Error(ErrorKind::trace, trace_path,
              "layer '" + layer + "' " + why +
                  ", but the trace holds only values that have passed the ReLU: none is below 0",
              scores ? "record the values that enter the ReLU"
                     : "record the values that enter the ReLU, or use thresholds of 0 and above");
}

std::vector<std::string> unmatched_entries(const PredictionSpec& prediction,
                                           const std::vector<Layer>& layers) {
  std::vector<std::string> unmatched;
  const auto require = [&](const std::string& key, const std::string& entry, auto&& names) {
    if (std::none_of(layers.begin(), layers.end(), names))
      unmatched.push_back(key + ": '" + entry + "'");
  };
  for (const std::string& entry : prediction.exclude)
    require("prediction.exclude", entry, [&](const Layer& layer) {
      return names_layer(entry, layer, layer.kind == LayerKind::conv);
    });
  for (const LayerPredictionOverride& entry : prediction.layers)
    require("prediction.layers", entry.match,
            [&](const Layer& layer) { return glob_matches(entry.match, layer.name); });
  for (const auto& [name, thresholds] : prediction.channel_thresholds)
    require("prediction.thresholds_file", name,
            [&, wanted = name](const Layer& layer) { return layer.name == wanted; });
  return unmatched;
}

}  // namespace peeksim
