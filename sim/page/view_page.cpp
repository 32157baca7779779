#include "sim/page/view_page.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "sim/page/base64.h"
#include "sim/page/packed_values.h"
#include "sim/page/page.h"
#include "sim/report/files/json_text.h"
#include "sim/report/files/layer_settings.h"
#include "sim/skip/prediction.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

// Base64 is a third longer than its bytes; the rest of 3 MB is for scripts and other data.
constexpr std::int64_t max_value_bytes = 1900000;

// A bit for each channel and window, all windows of a channel together: bit i is bit i % 8 of
// byte i / 8.
std::string window_bits(const Prediction& prediction, int channels) {
  const int windows = prediction.grid.count();
  std::string bytes((std::size_t(channels) * windows + 7) / 8, '\0');
  std::size_t i = 0;
  for (int k = 0; k < channels; ++k)
    for (int window = 0; window < windows; ++window, ++i)
      if (prediction.predicted.test(window, k)) bytes[i / 8] |= static_cast<char>(1 << i % 8);
  return bytes;
}

Json counts(const Prediction& prediction) {
  return {{"predicted_zero", prediction.predicted_zero}, {"false_zero", prediction.false_zero}};
}

Json trace_json(const View& view) {
  const TraceInfo& trace = view.trace;
  Json json;
  json["file"] = std::filesystem::path(trace.path).filename().string();
  json["network"] = trace.network;
  json["synthetic"] = trace.synthetic;
  json["loop"] = trace.loop.closed ? "closed" : "open";
  json["recorded_with"] = trace.loop.machine;
  json["images"] = trace.images;
  json["image"] = view.image;
  json["image_name"] = trace.image_names.empty() ? "" : trace.image_names[view.image];
  return json;
}

Json values_json(const std::vector<float>& values) {
  const PackedValues packed = pack(values);
  return {{"width", packed.width},
          {"table", base64(bytes_of(packed.table))},
          {"bytes", base64(packed.bytes)}};
}

}  // namespace

int channels_that_fit(const Layer& layer, const std::vector<float>& ofmap) {
  const std::int64_t bytes = layer.positions() * pack(ofmap).width;
  return static_cast<int>(std::clamp<std::int64_t>(max_value_bytes / bytes, 1, layer.K));
}

std::string view_data(const View& view) {
  const Layer& layer = view.trace.layers[view.layer].layer;
  const int channels = view.end_channel - view.first_channel;
  const auto value = [&](int channel) { return view.ofmap.begin() + channel * layer.positions(); };
  const std::vector<float> shown(value(view.first_channel), value(view.end_channel));
  LayerPrediction settings = view.settings;
  settings.thresholds.assign(view.settings.thresholds.begin() + view.first_channel,
                             view.settings.thresholds.begin() + view.end_channel);
  const Prediction prediction = predict(settings, shown, channels, view.image);

  Json json;
  json["machine"] = view.machine;
  json["trace"] = trace_json(view);
  json["layer"] = Json::parse(layer_setting_json(layer, view.settings));
  json["layer"]["number"] = view.layer;
  json["channels"] = {{"first", view.first_channel}, {"end", view.end_channel}};
  json["values"] = values_json(shown);
  json["predicted"] =
      prediction.predicts ? base64(window_bits(prediction, channels)) : std::string();
  json["simulator"] = {{"shown", counts(prediction)},
                       {"layer", counts(predict(view.settings, view.ofmap, layer.K, view.image))}};
  return one_line(json);
}

std::string view_page(const View& view) {
  PageParts parts;
  parts.title = "peeksim: " + view.trace.layers[view.layer].layer.name + " of " +
                view.trace.network + " on " + view.machine;
  parts.data = view_data(view);
  parts.scripts = {"view_model.js", "view_charts.js", "view_threshold.js", "view_maps.js",
                   "view_page.js"};
  return make_page(parts);
}

}  // namespace peeksim
