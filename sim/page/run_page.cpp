#include "sim/page/run_page.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/cost/energy.h"
#include "sim/page/page.h"
#include "sim/page/page_units.h"
#include "sim/page/run_warnings.h"
#include "sim/report/files/json_text.h"
#include "sim/report/files/read_results.h"
#include "sim/report/numbers/rates.h"
#include "sim/report/numbers/summary.h"
#include "sim/report/screens/speed_up_words.h"
#include "sim/report/screens/unrecorded.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

// Names in files and labels on screens, in the order of a table of components or scopes.
template <class Rows>
Json labels_of(const Rows& rows) {
  Json list = Json::array();
  for (const auto& row : rows) list.push_back({{"name", row.name}, {"label", row.label}});
  return list;
}

Json counter_meanings() {
  Json json = Json::object();
  const Counters counters;
  for_each_counter(counters,
                   [&](const char* name, const char* meaning, Count) { json[name] = meaning; });
  return json;
}

template <class Value>
Json known_json(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

// Both sides of a pair; of: what to show for a side.
template <class Of>
Json sides_json(const PricedPair& pair, const Of& of) {
  return {{"machine", of(pair.machine)}, {"dense", of(pair.dense)}};
}

Json buffer_json(const PricedCounters& side) {
  const auto& bytes = side.buffer_bytes;
  return {{"ifmap", known_json(bytes.ifmap)},
          {"weight", known_json(bytes.weight)},
          {"ofmap", known_json(bytes.ofmap)}};
}

Json utilisation_json(const PricedCounters& side) {
  return known_json(side.utilisation);
}

Json rates_json(const PricedResult& priced) {
  const Rates rates = rates_of(priced);
  return {{"images_per_second", known_json(rates.images_per_second)},
          {"milliwatts", known_json(rates.milliwatts)},
          {"tops", known_json(rates.tops)},
          {"tops_per_watt", known_json(rates.tops_per_watt)},
          {"gops_per_mm2", known_json(rates.gops_per_mm2)}};
}

// Numbers that scripts must not compute again, for every layer and the network.
void add_numbers(Json& data, const PricedResult& priced) {
  data["buffer_bytes"] = Json::array();
  for (const PricedPair& layer : priced.layers)
    data["buffer_bytes"].push_back(sides_json(layer, buffer_json));
  data["utilisation"]["network"] = sides_json(priced.network, utilisation_json);
  data["utilisation"]["layers"] = Json::array();
  for (const PricedPair& layer : priced.layers)
    data["utilisation"]["layers"].push_back(sides_json(layer, utilisation_json));
}

// Cycles by cause, of a layer or of the network.
Json explained_json(const CyclesExplained& part) {
  return {{"dense", part.dense}, {"run", part.run}, {"bound", part.bound}, {"lost", part.lost}};
}

// Why the speed-up is what it is: in words, and for a machine that predicts as numbers.
Json speed_up_json(const RunResult& run) {
  Json json = {{"words", speed_up_words(run)}, {"causes", Json::array()}};
  for (const SpeedUpCause& cause : speed_up_causes())
    json["causes"].push_back({{"label", cause.label}, {"meaning", cause.meaning}});
  const std::optional<SpeedUpExplained> explained = explain_speed_up(run);
  json["network"] = explained ? explained_json(explained->network) : Json();
  json["layers"] = Json::array();
  if (explained)
    for (const CyclesExplained& layer : explained->layers)
      json["layers"].push_back(explained_json(layer));
  return json;
}

// Cycles count from the strip's start. An interval is [start, length, name, 1 when it is of the
// strip's own step, amount].
Json strip_json(const StepStrip& strip) {
  Json lanes = Json::array();
  for (const TimelineLane& lane : strip.lanes) {
    Json intervals = Json::array();
    for (const Interval& one : lane.intervals) {
      const bool own = one.group == strip.group && one.step == strip.step;
      intervals.push_back(
          {one.start - strip.start, one.end - one.start, one.name, own ? 1 : 0, one.amount});
    }
    lanes.push_back({{"name", lane.name}, {"unit", lane.unit}, {"intervals", intervals}});
  }
  return {{"layer", strip.layer},
          {"group", strip.group},
          {"groups", strip.groups},
          {"step", strip.step},
          {"steps", strip.steps},
          {"start", strip.start},
          {"length", strip.end - strip.start},
          {"whole", strip.whole},
          {"lanes", lanes}};
}

// These functions throw a JSON exception unless everything is present that scripts read besides the
// counters (docs/results-format.md), so that no page is shown half-drawn. A number may be null when
// a counter is unknown.
void require_number(const Json& number, const RunResult& run) {
  if (!number.is_null() || run.unknown.empty()) number.get<double>();
}

// The components whose energies a file has: an older version did not price what only some machines
// do.
std::vector<EnergyComponent> components_of(const Json& energy) {
  std::vector<EnergyComponent> components;
  for (const EnergyComponent& component : energy_components()) {
    const bool on_every_machine =
        std::any_of(component.actions.begin(), component.actions.end(),
                    [](const EnergyAction& one) { return one.on_every_machine; });
    if (on_every_machine || energy.contains(component.name)) components.push_back(component);
  }
  return components;
}

void require_pair(const Json& pair, const RunResult& run) {
  for (const char* ratio :
       {"mac_reduction", "speed_up", "energy_ratio", "false_zero_share", "utilisation"})
    require_number(pair.at(ratio), run);
  for (const char* side : {"machine", "dense"}) {
    const Json& energy = pair.at(side).at("energy");
    for (const EnergyComponent& component : components_of(energy))
      require_number(energy.at(component.name), run);
    require_number(energy.at("total"), run);
  }
}

void require_shown(const Json& results, const RunResult& run, const std::string& path) {
  try {
    results.at("program").at("version").get<std::string>();
    for (const char* key : {"name", "unit", "source"})
      results.at("energy_table").at(key).get<std::string>();
    for (const Json& layer : results.at("layers")) require_pair(layer, run);
    for (const std::string& scope : scope_names())
      require_pair(results.at("totals").at(scope), run);
    if (run.images.size() > 1)
      for (const auto& [name, spread] : results.at("over_images").items())
        for (const char* key : {"mean", "standard_deviation"}) require_number(spread.at(key), run);
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::config, path,
                std::string("is not a complete results file: ") + error.what(),
                "give the results.json of a finished run of this version");
  }
}

}  // namespace

std::string run_page(const std::string& results, const std::string& path,
                     const std::vector<StepStrip>& strips) {
  const PricedResult priced = parse_results(results, path);
  const RunResult& run = priced.result;
  Json data;
  data["results"] = Json::parse(results);
  require_shown(data["results"], run, path);
  data["results"].erase("images");  // so that the page does not grow with them
  data["energy_components"] =
      labels_of(components_of(data["results"]["totals"]["network"]["machine"]["energy"]));
  data["scopes"] = labels_of(scopes(run));
  data["counters"] = counter_meanings();
  data["unrecorded"] = unrecorded_text(priced);
  data["has_values"] = run.trace.has_values();
  data["units"] = units_json(priced.unit);
  data["warnings"] = run_warnings(priced);
  data["rates"] = rates_json(priced);
  data["speed_up"] = speed_up_json(run);
  add_numbers(data, priced);
  data["strips"] = Json::array();
  for (const StepStrip& strip : strips) data["strips"].push_back(strip_json(strip));
  PageParts parts;
  parts.title = "peeksim: " + run.trace.network + " on " + run.machine.name;
  parts.data = one_line(data);
  parts.scripts = {"parts.js",
                   "run_report_layers.js",
                   "run_report_machine.js",
                   "run_report_speed_up.js",
                   "run_report_roofline_names.js",
                   "run_report_roofline.js",
                   "run_report_strip.js",
                   "run_report_table.js",
                   "run_report.js"};
  return make_page(parts);
}

}  // namespace peeksim
