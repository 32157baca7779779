#include "sim/report/files/results_file.h"

#include <nlohmann/json.hpp>

#include "sim/config/show_machine.h"
#include "sim/cost/area.h"
#include "sim/cost/energy.h"
#include "sim/report/files/json_text.h"
#include "sim/report/files/version.h"
#include "sim/run/result_fields.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

// Plain scalars become JSON numbers and booleans where they are such, all else is text.
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

Json to_json(const Number& number) {
  return number ? Json(*number) : Json();
}

// Numbers by the names of a table's rows, and their total.
template <class Rows>
Json by_name(const Rows& rows, const std::vector<Number>& numbers, const Number& total) {
  Json json = Json::object();
  for (std::size_t i = 0; i < numbers.size(); ++i) json[rows[i].name] = to_json(numbers[i]);
  json["total"] = to_json(total);
  return json;
}

Json side_json(const PricedCounters& side) {
  Json counters = Json::object();
  for (const CounterRow& row : counter_rows) {
    const std::optional<Count> count = side.count(row.value);
    counters[row.name] = count ? Json(*count) : Json();
  }
  return {{"counters", std::move(counters)},
          {"energy", by_name(energy_components(), side.energy, side.total_energy)}};
}

// What a layer, an image and a total have in common: counters, energy and ratios, of the machine
// and of the dense one.
void add_pair(Json& json, const PricedPair& pair) {
  json["mac_reduction"] = to_json(pair.mac_reduction);
  json["speed_up"] = to_json(pair.speed_up);
  json["energy_ratio"] = to_json(pair.energy_ratio);
  json["false_zero_share"] = to_json(pair.false_zero_share);
  json["utilisation"] = to_json(pair.machine.utilisation);
  json["machine"] = side_json(pair.machine);
  json["dense"] = side_json(pair.dense);
}

// By component; null when the table states no areas.
Json area_json(const PricedCounters& side) {
  return side.area.empty() ? Json() : by_name(area_components(), side.area, side.total_area);
}

// Writes the fields of a result into an object.
class Writer {
 public:
  // pair: its counters, priced; null when it has none.
  explicit Writer(Json& json, const PricedPair* pair = nullptr) : json_(json), pair_(pair) {}

  void operator()(const ResultField& field, const std::string& text) { json_[field.name] = text; }
  void operator()(const ResultField& field, int number) { json_[field.name] = number; }
  void operator()(const ResultField& field, Count number) { json_[field.name] = number; }
  void operator()(const ResultField& field, bool truth) { json_[field.name] = truth; }
  void operator()(const ResultField& field, const Derived& size) {
    json_[field.name] = size.value();
  }
  void operator()(const ResultField& field, const std::vector<const int*>& all) {
    Json& list = json_[field.name] = Json::array();
    for (const int* size : all) list.push_back(*size);
  }
  template <class Of>
  void operator()(const ResultField& field, const Word<Of>& word) {
    json_[field.name] = word.spell(word.of);
  }
  void operator()(const ResultField& field, const Shape<const Layer>& shape) {
    shape_fields(shape.layer, Writer(json_[field.name]));
  }
  void operator()(const ResultField&, const Layer& layer) { layer_fields(layer, *this); }
  void operator()(const ResultField&, const TraceLoop& loop) { loop_fields(loop, *this); }
  void operator()(const ResultField&, const UnrecordedMacs& unrecorded) {
    unrecorded_fields(unrecorded, *this);
  }
  void operator()(const ResultField&, const CounterPair&) { add_pair(json_, *pair_); }

 private:
  Json& json_;
  const PricedPair* pair_;
};

// Writes a whole run: its fields, and after its machine the totals.
class RunWriter {
 public:
  RunWriter(Json& json, const PricedResult& priced) : json_(json), priced_(priced) {}

  void operator()(const ResultField& field, const TraceIdentity& trace) {
    trace_fields(trace, Writer(json_[field.name]));
  }
  void operator()(const ResultField& field, const MachineSpec& machine) {
    json_[field.name] = to_json(show_machine(machine));
    add_sums();
  }
  void operator()(const ResultField& field, const std::vector<ImageResult>& images) {
    Json& list = json_[field.name] = Json::array();
    for (std::size_t i = 0; i < images.size(); ++i)
      image_result_fields(images[i], Writer(list.emplace_back(), &priced_.images[i]));
  }
  void operator()(const ResultField& field, const std::vector<LayerResult>& layers) {
    Json& list = json_[field.name] = Json::array();
    for (std::size_t i = 0; i < layers.size(); ++i)
      layer_result_fields(layers[i], Writer(list.emplace_back(), &priced_.layers[i]));
  }

 private:
  void add_sums() {
    json_["energy_table"] = {{"name", priced_.table},
                             {"unit", priced_.unit},
                             {"source", priced_.source},
                             {"warnings", priced_.warnings}};
    json_["area_mm2"] = {{"machine", area_json(priced_.network.machine)},
                         {"dense", area_json(priced_.network.dense)}};
    json_["totals"] = Json::object();
    for (const PricedScope& scope : priced_.scopes) {
      Json& sums = json_["totals"][scope.name];
      sums["layers"] = scope.layers;
      add_pair(sums, scope.pair);
    }
    json_["over_images"] = Json::object();
    for (const Spread& spread : priced_.over_images)
      json_["over_images"][spread.name] = {{"mean", to_json(spread.mean)},
                                           {"standard_deviation", to_json(spread.deviation)}};
  }

  Json& json_;
  const PricedResult& priced_;
};

}  // namespace

std::string results_json(const PricedResult& priced) {
  Json json;
  json["schema"] = results_schema;
  json["schema_version"] = results_schema_version;
  json["program"] = {{"name", "peeksim"}, {"version", program_version()}};
  run_fields(priced.result, RunWriter(json, priced));
  return document(json);
}

}  // namespace peeksim
