#include "sim/report/screens/trace_info.h"

#include <nlohmann/json.hpp>

#include "sim/base/overflow.h"
#include "sim/report/files/json_text.h"
#include "sim/report/screens/text_table.h"
#include "sim/report/screens/unrecorded.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t label_width = 9;  // of "origin   "

std::string size(int h, int w) {
  return std::to_string(h) + "x" + std::to_string(w);
}

// The tensors of which the trace has values.
std::vector<std::string> tensors_of(const TraceLayer& traced) {
  std::vector<std::string> tensors;
  tensors.emplace_back("ofmap");
  if (traced.has_ifmap) tensors.emplace_back("ifmap");
  if (traced.has_weight) tensors.emplace_back("weight");
  if (traced.has_bias) tensors.emplace_back("bias");
  if (traced.has_residual) tensors.emplace_back("residual");
  return tensors;
}

int zero_point_of(const TraceLayer& traced, const std::string& tensor) {
  return tensor == "ifmap"      ? traced.ifmap_zero_point
         : tensor == "residual" ? traced.residual_zero_point
                                : 0;
}

Json layer_json(const TraceLayer& traced) {
  const Layer& layer = traced.layer;
  Json json;
  json["name"] = layer.name;
  json["kind"] = kind_name(layer);
  json["activation"] = activation_name(layer.activation);
  json["after_add"] = layer.residual;
  json["ifmap_shape"] = {layer.C, layer.H, layer.W};
  json["kernel"] = {layer.R, layer.S};
  json["stride"] = {layer.stride_h, layer.stride_w};
  json["groups"] = layer.groups;
  json["ofmap_shape"] = {layer.K, layer.P(), layer.Q()};
  json["macs"] = layer.macs();
  json["type"] = traced.ofmap_type;
  json["tensors"] = tensors_of(traced);
  json["integer"] = traced.integer;
  json["ifmap_zero_point"] = traced.ifmap_zero_point;
  json["residual_zero_point"] = traced.residual_zero_point;
  return json;
}

}  // namespace

std::string values_text(const TraceLayer& traced) {
  std::string text;
  for (const std::string& tensor : tensors_of(traced)) {
    text += text.empty() ? tensor + " " + traced.ofmap_type : ", " + tensor;
    const int zero_point = zero_point_of(traced, tensor);
    if (zero_point != 0) text += " (zero point " + std::to_string(zero_point) + ")";
  }
  return text + (traced.integer ? ": i8 arithmetic" : "");
}

std::string trace_heading(const TraceInfo& info, const std::string& sha256,
                          const ScreenStyle& style) {
  std::string out =
      colored(info.network + ": " + std::to_string(info.layers.size()) + " layers, " +
                  std::to_string(info.images) + (info.images == 1 ? " image\n" : " images\n"),
              ColorRole::heading, style);
  if (info.synthetic)
    out += colored(
        wrapped("SYNTHETIC: the values are generated, not those of a trained network\n", 0, style),
        ColorRole::warning, style);
  std::string what = "origin   " + info.origin + "\nsha256   " + sha256 + "\n";
  if (info.loop.closed)
    what += "loop     closed: recorded with the prediction of " + info.loop.machine +
            (info.loop.settings.empty() ? "" : ", settings " + info.loop.settings) + "\n";
  else
    what += "loop     open: recorded without prediction\n";
  if (!info.workload.empty()) what += "workload " + info.workload + "\n";
  for (std::size_t i = 0; i < info.image_names.size(); ++i) {
    what += "image    " + info.image_names[i];
    if (i < info.labels.size() && info.labels[i] >= 0)
      what += ", class " + std::to_string(info.labels[i]);
    what += "\n";
  }
  return out + wrapped(what + "\n", label_width, style);
}

std::string trace_info_screen(const TraceInfo& info, const std::string& sha256,
                              const ScreenStyle& style) {
  TextTable table({{"layer", "kind", "into", "ifmap", "kernel", "stride", "groups", "ofmap",
                    "MACs, M", "values"}});
  Count macs = 0;
  for (const TraceLayer& traced : info.layers) {
    const Layer& layer = traced.layer;
    name_overflow(layer.name, [&] { add_checked(macs, layer.macs(), "the number of MACs"); });
    table.add_row(
        {layer.name, kind_name(layer),
         std::string(activation_name(layer.activation)) + (layer.residual ? " after add" : ""),
         std::to_string(layer.C) + "x" + size(layer.H, layer.W), size(layer.R, layer.S),
         size(layer.stride_h, layer.stride_w), std::to_string(layer.groups),
         std::to_string(layer.K) + "x" + size(layer.P(), layer.Q()),
         fixed(static_cast<double>(layer.macs()) / 1e6, 1), values_text(traced)});
  }
  const std::string unrecorded = unrecorded_text(info.unrecorded, static_cast<double>(macs));
  return trace_heading(info, sha256, style) + table.text(style) +
         "MACs per image: " + std::to_string(macs) + "\n" +
         wrapped(unrecorded.empty() ? "" : unrecorded + "\n", 0, style);
}

std::string trace_info_json(const TraceInfo& info, const std::string& sha256) {
  Json json;
  json["network"] = info.network;
  json["synthetic"] = info.synthetic;
  json["origin"] = info.origin;
  json["workload"] = info.workload;
  json["sha256"] = sha256;
  json["loop"] = info.loop.closed ? "closed" : "open";
  if (info.loop.closed) json["loop_machine"] = info.loop.machine;
  json["images"] = info.images;
  json["image_names"] = info.image_names;
  json["labels"] = info.labels;
  json["unrecorded_macs"] = info.unrecorded.macs;
  json["unrecorded"] = info.unrecorded.names;
  json["layers"] = Json::array();
  for (const TraceLayer& traced : info.layers) json["layers"].push_back(layer_json(traced));
  return document(json);
}

}  // namespace peeksim
