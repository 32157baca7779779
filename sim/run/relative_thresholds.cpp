#include "sim/run/relative_thresholds.h"

#include <cmath>
#include <sstream>

#include "sim/base/glob.h"
#include "sim/skip/layer_prediction.h"

namespace peeksim {

namespace {

// The threshold that a layer without thresholds per channel has.
double threshold_of(const PredictionSpec& prediction, const std::string& layer) {
  double threshold = prediction.threshold;
  for (const LayerPredictionOverride& entry : prediction.layers)
    if (entry.threshold && glob_matches(entry.match, layer)) threshold = *entry.threshold;
  return threshold;
}

}  // namespace

MachineSpec with_absolute_thresholds(MachineSpec machine, const Trace& trace) {
  PredictionSpec& prediction = machine.prediction;
  if (prediction.threshold_unit == "value") return machine;
  std::vector<LayerPredictionOverride> by_layer;
  const std::vector<double>& rms = trace.ofmap_rms();
  for (std::size_t i = 0; i < rms.size(); ++i) {
    const std::string& name = trace.info().layers[i].layer.name;
    LayerPredictionOverride entry;
    entry.match = name;
    entry.threshold = round_down(threshold_of(prediction, name) * rms[i]);
    entry.where = machine.location("prediction.threshold_unit");
    by_layer.push_back(std::move(entry));
    const auto channels = prediction.channel_thresholds.find(name);
    if (channels == prediction.channel_thresholds.end()) continue;
    for (double& threshold : channels->second)
      if (!std::isinf(threshold)) threshold = round_down(threshold * rms[i]);
  }
  // The entries of the layers come last and win over these.
  prediction.threshold = 0;
  for (LayerPredictionOverride& entry : prediction.layers)
    if (entry.threshold) entry.threshold = 0;
  prediction.layers.insert(prediction.layers.end(), by_layer.begin(), by_layer.end());
  prediction.threshold_unit = "value";
  return machine;
}

std::vector<std::string> thresholds_below_a_step(const MachineSpec& machine, const Trace& trace) {
  const std::vector<LayerPrediction> settings = resolve_layers(machine, layers_of(trace.info()));
  std::ostringstream first;
  int layers = 0;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const TraceLayer& traced = trace.info().layers[i];
    const bool integers = traced.ofmap_type == "i8" || traced.ofmap_type == "i16";
    const bool by_channel = machine.prediction.channel_thresholds.count(traced.layer.name) > 0;
    const bool of_values = settings[i].reads_thresholds() && !settings[i].predictor->scores;
    if (!integers || by_channel || !of_values) continue;
    const float threshold = settings[i].thresholds[0];
    if (threshold == 0) continue;  // before the file is asked for the step
    const float step = trace.scales(i, TraceTensor::ofmap)[0];
    if (std::fabs(threshold) >= step || ++layers > 1) continue;
    first << "'" << traced.layer.name << "': " << threshold << ", a step is " << step;
  }
  if (layers == 0) return {};
  return {"prediction.threshold is smaller than a quantisation step of the trace in " +
          std::to_string(layers) + (layers == 1 ? " layer (" : " layers, for one ") + first.str() +
          (layers == 1 ? ")" : "") + ": it acts as the next step at or below it"};
}

}  // namespace peeksim
