#include "sim/report/files/results_file.h"

#include <nlohmann/json.hpp>

#include "sim/config/load_machine.h"
#include "sim/cost/area.h"
#include "sim/report/files/version.h"
#include "sim/report/numbers/summary.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

// Plain scalars that JSON has a type for become numbers and truth values, all else is text.
Json to_json(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return nullptr;
    case Value::Kind::scalar: {
      if (value.is_quoted()) return value.text();
      const Json parsed = Json::parse(value.text(), nullptr, false);
      const bool typed = parsed.is_number() || parsed.is_boolean();
      return typed ? parsed : Json(value.text());
    }
    case Value::Kind::list: {
      Json list = Json::array();
      for (const Value& item : value.items()) list.push_back(to_json(item));
      return list;
    }
    default: {
      Json map = Json::object();
      for (const auto& [key, item] : value.entries()) map[key] = to_json(item);
      return map;
    }
  }
}

Json counters_json(const Counters& counters) {
  Json json = Json::object();
  for_each_counter(counters,
                   [&](const char* name, const char*, Count value) { json[name] = value; });
  return json;
}

Json energy_json(const Counters& counters, const EnergyRates& rates) {
  const Energy energy = price(counters, rates);
  Json json = Json::object();
  for (std::size_t i = 0; i < energy.size(); ++i) json[energy_components()[i].name] = energy[i];
  json["total"] = total(energy);
  return json;
}

// What every level of a result says: counters, energy and ratios, of the machine and beside it of
// the dense one.
void add_pair(Json& json, const CounterPair& pair, const RunResult& result,
              const EnergyRates& rates) {
  json["mac_reduction"] = mac_reduction(pair);
  json["speed_up"] = speed_up(pair);
  json["energy_ratio"] = energy_ratio(pair, rates);
  json["false_zero_share"] = false_share(pair);
  json["utilisation"] = utilisation(pair.machine, result.machine.array);
  json["machine"] = {{"counters", counters_json(pair.machine)},
                     {"energy", energy_json(pair.machine, rates)}};
  json["dense"] = {{"counters", counters_json(pair.dense)},
                   {"energy", energy_json(pair.dense, rates)}};
}

// By component, of the machine that ran with these counters; null where the table knows no areas.
Json area_json(const Counters& counters, const RunResult& result, const EnergyTable& table) {
  const std::optional<Area> area = area_of(table, result.machine, counters);
  if (!area) return nullptr;
  Json json = Json::object();
  for (std::size_t i = 0; i < area->size(); ++i) json[area_components()[i].name] = (*area)[i];
  json["total"] = total_mm2(*area);
  return json;
}

Json layer_json(const LayerResult& layer, const RunResult& result, const EnergyRates& rates) {
  const Layer& shape = layer.layer;
  Json json;
  json["name"] = shape.name;
  json["kind"] = kind_name(shape);
  json["activation"] = activation_name(shape.activation);
  json["shape"] = {{"C", shape.C},
                   {"H", shape.H},
                   {"W", shape.W},
                   {"K", shape.K},
                   {"P", shape.P()},
                   {"Q", shape.Q()},
                   {"R", shape.R},
                   {"S", shape.S},
                   {"stride", {shape.stride_h, shape.stride_w}},
                   {"pad", {shape.pad_top, shape.pad_left, shape.pad_bottom, shape.pad_right}},
                   {"dilation", {shape.dilation_h, shape.dilation_w}},
                   {"groups", shape.groups},
                   {"residual", shape.residual}};
  json["policy"] = layer.policy;
  json["not_predicted_because"] = layer.excluded;
  json["weights_streamed"] = layer.streamed;
  json["zero_activations_known"] = layer.zeros_known;
  add_pair(json, layer.counters, result, rates);
  return json;
}

Json trace_json(const TraceIdentity& trace) {
  return {{"file", trace.file},
          {"network", trace.network},
          {"origin", trace.origin},
          {"workload", trace.workload},
          {"sha256", trace.sha256},
          {"synthetic", trace.synthetic},
          {"loop", trace.loop.closed ? "closed" : "open"},
          {"machine", trace.loop.machine},
          {"settings", trace.loop.settings},
          {"images", trace.images}};
}

}  // namespace

std::string results_json(const RunResult& result, const EnergyTable& table) {
  const EnergyRates rates = rates_for(table, result.machine);
  Json json;
  json["schema"] = results_schema;
  json["schema_version"] = results_schema_version;
  json["program"] = {{"name", "peeksim"}, {"version", program_version()}};
  json["trace"] = trace_json(result.trace);
  json["machine"] = to_json(show_machine(result.machine));
  json["energy_table"] = {{"name", table.name}, {"unit", table.unit}, {"source", table.source}};
  const CounterPair all = result.totals();
  json["area_mm2"] = {{"machine", area_json(all.machine, result, table)},
                      {"dense", area_json(all.dense, result, table)}};
  json["totals"] = Json::object();
  for (const Scope& scope : scopes(result)) {
    Json sums;
    sums["layers"] = scope.layers;
    add_pair(sums, scope.counters, result, rates);
    json["totals"][scope.name] = std::move(sums);
  }
  json["over_images"] = Json::object();
  for (const Spread& spread : spread_over_images(result, rates))
    json["over_images"][spread.name] = {{"mean", spread.mean},
                                        {"standard_deviation", spread.deviation}};
  json["images"] = Json::array();
  for (const ImageResult& image : result.images) {
    Json entry;
    entry["name"] = image.name;
    add_pair(entry, image.counters, result, rates);
    json["images"].push_back(std::move(entry));
  }
  json["layers"] = Json::array();
  for (const LayerResult& layer : result.layers)
    json["layers"].push_back(layer_json(layer, result, rates));
  // A name of bytes that are not UTF-8 must not cost the results.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace peeksim
