#include "sim/sweep/design/batch_request.h"

#include <nlohmann/json.hpp>
#include <set>

#include "sim/report/files/json_text.h"
#include "sim/report/files/read_json.h"
#include "sim/report/files/results_file.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/skip/layer_prediction.h"
#include "sim/sweep/design/expression.h"
#include "sim/sweep/design/metric.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

constexpr int max_images = 1000000000;

// The library silently keeps the last of two equal keys: reject duplicates.
Json parse(const std::string& line, const Location& where) {
  std::vector<std::set<std::string>> open;
  const auto look = [&](int, Json::parse_event_t event, const Json& parsed) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && !open.back().insert(parsed).second)
      throw Error(ErrorKind::config, Location{where.file, where.line, parsed.get<std::string>()},
                  "duplicate key", "keep one of them");
    return true;
  };
  try {
    return read_json<Json>(line, where, "write a request as docs/batch.md has it", look);
  } catch (const Json::exception& error) {
    const std::string text = error.what();
    throw Error(ErrorKind::config, where, "not valid JSON: " + text.substr(text.find("] ") + 2),
                "write one object in one line");
  }
}

// A string that looks like a number or the like stays text, as if it were quoted in YAML.
Value text_value(const std::string& text, const Location& where) {
  const Json parsed = Json::parse(text, nullptr, false);
  const bool typed = parsed.is_number() || parsed.is_boolean() || parsed.is_null();
  return typed ? Value::quoted(text, where) : Value::scalar(text, where);
}

Value to_value(const Json& json, const Location& where) {
  const auto below = [&](const std::string& key) {
    return Location{where.file, where.line, where.key.empty() ? key : where.key + "." + key};
  };
  if (json.is_null()) return Value::nothing(where);
  if (json.is_string()) return text_value(json, where);
  if (json.is_array()) {
    std::vector<Value> items;
    for (const Json& item : json)
      items.push_back(to_value(
          item, {where.file, where.line, where.key + "[" + std::to_string(items.size()) + "]"}));
    return Value::list(std::move(items), where);
  }
  if (!json.is_object()) return Value::scalar(json.dump(), where);
  std::vector<std::pair<std::string, Value>> entries;
  for (const auto& [key, item] : json.items())
    entries.emplace_back(key, to_value(item, below(key)));
  return Value::map(std::move(entries), where);
}

const Value& require(const Value& request, const char* key, const char* remedy) {
  const Value* value = request.find(key);
  if (value == nullptr) request.fail("the key '" + std::string(key) + "' is missing", remedy);
  return *value;
}

MachineTemplate template_of(const Value& machine, const Vocabulary& vocabulary) {
  if (machine.is_map()) return MachineTemplate(machine, vocabulary);
  return MachineTemplate(machine.text(), vocabulary);
}

// The first condition that does not hold, or "".
std::string excluded_by(const Value& where, const MachineSpec& machine,
                        const Vocabulary& vocabulary) {
  for (const Value& text : where.is_list() ? where.items() : std::vector<Value>{where})
    if (!Expression(text, vocabulary).holds(machine)) return text.text();
  return "";
}

}  // namespace

void read_request(const std::string& line, int number, const Vocabulary& vocabulary,
                  BatchRequest& request) {
  const Location where{"request", number, ""};
  const Json json = parse(line, where);
  if (json.is_object() && json.contains("id")) request.id = one_line(json["id"]);
  const Value value = to_value(json, where);
  value.require_known_keys({"id", "machine", "trace", "set", "images", "detail", "where"});
  const Value& machine =
      require(value, "machine", "name a machine file, or write a whole machine as an object");
  request.trace = require(value, "trace", "name a trace file").text();
  const Value* set = value.find("set");
  const MachineTemplate base = template_of(machine, vocabulary);
  request.machine = base.with(set == nullptr ? KeyValues() : set->entries(), vocabulary);
  request.table = energy_table_of(request.machine, base.path());
  rates_for(request.table, request.machine);  // an unusable table is an error before the simulation
  if (const Value* conditions = value.find("where"))
    request.excluded_by = excluded_by(*conditions, request.machine, vocabulary);
  if (const Value* images = value.find("images"))
    request.images = static_cast<int>(images->integer(0, max_images));
  if (const Value* detail = value.find("detail")) request.detail = detail->boolean();
}

RequestOutline outline_of(const std::string& line) {
  RequestOutline outline;
  if (json_depth(line) > max_json_depth) return outline;  // the answer says so
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return outline;
  if (json.contains("id")) outline.id = one_line(json["id"]);
  const Json images = json.value("images", Json(0)), trace = json.value("trace", Json());
  if (!images.is_number_integer() || images < 0 || images > max_images || !trace.is_string())
    return outline;
  outline.trace = trace;
  outline.images = images;
  return outline;
}

std::string answer(const BatchRequest& request, const RunResult& result) {
  const PricedResult priced = price_run(result, request.table);
  Json json;
  json["id"] = Json::parse(request.id);
  Json& found = json["result"];
  found["machine"] = result.machine.name;
  found["network"] = result.trace.network;
  found["images"] = result.trace.images;
  found["energy_unit"] = request.table.unit;
  for (const PricedScope& scope : priced.scopes)
    for (const Metric& metric : metrics()) {
      const Number value = metric.value({scope.pair, result.machine});
      found["metrics"][scope.name][metric.name] = value ? Json(*value) : Json();
    }
  found["larger_is_better"] = Json::array();
  for (const Metric& metric : metrics())
    if (metric.larger_is_better) found["larger_is_better"].push_back(metric.name);
  std::vector<Layer> layers;
  for (const LayerResult& layer : result.layers) layers.push_back(layer.layer);
  found["warnings"] = Json::array();
  for (const std::string& entry : unmatched_entries(result.machine.prediction, layers))
    found["warnings"].push_back(entry + " names no layer of " + request.trace);
  for (const std::string& warning : keys_without_effect(result.machine, vocabulary()))
    found["warnings"].push_back(warning);
  for (const std::string& warning : request.table.warnings(result.machine))
    found["warnings"].push_back(warning);
  if (request.detail) found["detail"] = Json::parse(results_json(priced));
  return one_line(json);
}

std::string answer(const BatchRequest& request, const std::string& error, ErrorKind kind) {
  Json json;
  json["id"] = Json::parse(request.id);
  json["error"] = {{"message", error}, {"exit_code", static_cast<int>(kind)}};
  return one_line(json);
}

std::string answer_excluded(const BatchRequest& request) {
  Json json;
  json["id"] = Json::parse(request.id);
  json["excluded_by"] = request.excluded_by;
  return one_line(json);
}

}  // namespace peeksim
