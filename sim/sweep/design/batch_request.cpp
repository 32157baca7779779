#include "sim/sweep/design/batch_request.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "sim/base/data_folder.h"
#include "sim/report/files/json_text.h"
#include "sim/report/files/read_json.h"
#include "sim/report/files/results_file.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/skip/layer_prediction.h"
#include "sim/sweep/design/derived_keys.h"
#include "sim/sweep/design/metric.h"
#include "sim/sweep/design/trace_key.h"
#include "sim/workload/workload.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

constexpr int max_images = 1000000000;

// A string that looks like a number or the like stays text, as if it were quoted in YAML.
Value text_value(const std::string& text, const Location& where) {
  const Json parsed = Json::parse(text, nullptr, false);
  const bool typed = parsed.is_number() || parsed.is_boolean() || parsed.is_null();
  return typed ? Value::quoted(text, where) : Value::scalar(text, where);
}

// Builds the values of a line while the library parses it. The library itself keeps the last of two
// equal keys without a word, and looks for each of them in the whole object.
class ValueBuilder : public nlohmann::json_sax<Json> {
 public:
  explicit ValueBuilder(const Location& where) : where_(where) {}

  Value take() { return std::move(*root_); }

  bool null() override { return add(Value::nothing(place())); }
  bool boolean(bool truth) override { return add_scalar(truth ? "true" : "false"); }
  bool number_integer(std::int64_t number) override { return add_scalar(std::to_string(number)); }
  bool number_unsigned(std::uint64_t number) override { return add_scalar(std::to_string(number)); }
  bool number_float(double number, const std::string&) override {
    return add_scalar(Json(number).dump());
  }
  bool string(std::string& text) override { return add(text_value(text, place())); }
  bool binary(Json::binary_t&) override { return false; }  // is not in texts

  bool start_object(std::size_t) override { return open(); }
  bool key(std::string& name) override {
    Open& object = open_.back();
    object.key = name;
    if (!object.keys.insert(name).second)
      throw Error(ErrorKind::config, Location{where_.file, where_.line, name}, "duplicate key",
                  "keep one of them");
    return true;
  }
  bool end_object() override {
    Open done = close();
    return add(Value::map(std::move(done.entries), done.where));
  }
  bool start_array(std::size_t) override { return open(); }
  bool end_array() override {
    Open done = close();
    return add(Value::list(std::move(done.items), done.where));
  }

  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    const std::string text = error.what();
    throw Error(ErrorKind::config, where_, "not valid JSON: " + text.substr(text.find("] ") + 2),
                "write one object in one line");
  }

 private:
  // An array or object that is being read; `key` is that of the object's next value.
  struct Open {
    Location where;
    std::string key;
    std::set<std::string> keys;
    std::vector<std::pair<std::string, Value>> entries;
    std::vector<Value> items;
  };

  Location place() const {
    if (open_.empty()) return where_;
    const Open& in = open_.back();
    if (in.keys.empty())
      return {where_.file, where_.line, in.where.key + "[" + std::to_string(in.items.size()) + "]"};
    return {where_.file, where_.line, in.where.key.empty() ? in.key : in.where.key + "." + in.key};
  }
  bool open() {
    open_.push_back({place(), {}, {}, {}, {}});
    return true;
  }
  Open close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    return done;
  }
  bool add_scalar(const std::string& text) { return add(Value::scalar(text, place())); }
  bool add(Value value) {
    if (open_.empty())
      root_ = std::move(value);
    else if (open_.back().keys.empty())
      open_.back().items.push_back(std::move(value));
    else
      open_.back().entries.emplace_back(open_.back().key, std::move(value));
    return true;
  }

  const Location where_;
  std::vector<Open> open_;
  std::optional<Value> root_;
};

Value parse(const std::string& line, const Location& where) {
  require_json_depth(line, where, "write a request as docs/batch.md has it");
  ValueBuilder builder(where);
  Json::sax_parse(line, &builder);
  return builder.take();
}

const Value& require(const Value& request, const char* key, const char* remedy) {
  const Value* value = request.find(key);
  if (value == nullptr) request.fail("the key '" + std::string(key) + "' is missing", remedy);
  return *value;
}

// The path of the trace, or of a workload for a dense machine.
std::string trace_of(const Value& request) {
  const std::string key =
      trace_key(request, "name a trace file, or a workload for a dense machine");
  const Value& given = *request.find(key);
  require_given_as(key, given.text(), ErrorKind::config, given.where());
  return input_file(given.text());
}

MachineTemplate template_of(const Value& machine, const Vocabulary& vocabulary) {
  if (machine.is_map()) return MachineTemplate(machine, vocabulary);
  return MachineTemplate(input_file(machine.text()), vocabulary);
}

// Counts are whole numbers.
Json json_number(double value, const Metric& metric) {
  const std::string unit = metric.unit;
  if (unit == "cycles" || unit == "bytes") return static_cast<std::int64_t>(value);
  return value;
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
  const Value value = parse(line, where);
  request.id = outline_of(line).id;
  value.require_known_keys(
      {"id", "machine", "trace", "workload", "set", "images", "detail", "derived", "where"});
  const Value& machine =
      require(value, "machine", "name a machine file, or write a whole machine as an object");
  request.trace = trace_of(value);
  const Value* set = value.find("set");
  const MachineTemplate base = template_of(machine, vocabulary);
  const KeyValues keys = set == nullptr ? KeyValues() : set->entries();
  const Value* derived = value.find("derived");
  const DerivedKeys follow = derived == nullptr ? DerivedKeys() : DerivedKeys(*derived, vocabulary);
  for (const auto& [key, unused] : keys) follow.require_not_given(key, "'set'");
  request.machine = follow.machine(base, keys, vocabulary);
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
  const auto is_wanted = [](int depth, Json::parse_event_t event, const Json& key) {
    return depth != 1 || event != Json::parse_event_t::key || key == "id" || key == "trace" ||
           key == "workload" || key == "images";
  };
  const Json json = Json::parse(line, is_wanted, false);
  if (!json.is_object()) return outline;
  if (json.contains("id")) outline.id = one_line(json["id"]);
  const Json images = json.value("images", Json(0));
  const Json trace = json.value("trace", json.value("workload", Json()));
  if (!images.is_number_integer() || images < 0 || images > max_images || !trace.is_string())
    return outline;
  outline.trace = input_file(trace);
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
      const Number value =
          metric.value({scope.pair, result.machine, result.trace.images, request.table.unit});
      found["metrics"][scope.name][metric.name] = value ? json_number(*value, metric) : Json();
    }
  found["larger_is_better"] = Json::array();
  for (const Metric& metric : metrics())
    if (metric.larger_is_better) found["larger_is_better"].push_back(metric.name);
  std::vector<Layer> layers;
  for (const LayerResult& layer : result.layers) layers.push_back(layer.layer);
  found["warnings"] = Json::array();
  for (const std::string& entry : unmatched_entries(result.machine.prediction, layers))
    found["warnings"].push_back(entry + " names no layer of " + request.trace);
  for (const std::string& warning : machine_warnings(result.machine, vocabulary()))
    found["warnings"].push_back(warning);
  for (const std::string& warning : request.warnings) found["warnings"].push_back(warning);
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
