#include "sim/page/sweep_page.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/base/bug.h"
#include "sim/config/machine_keys.h"
#include "sim/config/ports.h"
#include "sim/cost/energy_actions.h"
#include "sim/page/page.h"
#include "sim/page/page_units.h"
#include "sim/report/files/json_text.h"
#include "sim/report/screens/unrecorded.h"
#include "sim/run/machine_vocabulary.h"
#include "sim/sweep/design/metric.h"
#include "sim/workload/workload.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

// A column of texts, each distinct one stored once: {"values": [...], "of": [index of each
// point's]}. Without "of" all points have the one value.
class TextColumn {
 public:
  std::size_t ordinal_of(const std::string& text) {
    const auto [found, is_new] = ordinals_.emplace(text, values_.size());
    if (is_new) values_.push_back(text);
    return found->second;
  }

  void add(const std::string& text) { ordinals_of_points_.push_back(ordinal_of(text)); }

  Json json() const {
    Json json = {{"values", values_}};
    if (values_.size() > 1) json["of"] = ordinals_of_points_;
    return json;
  }

 private:
  std::map<std::string, std::size_t> ordinals_;
  std::vector<std::string> values_;
  std::vector<std::size_t> ordinals_of_points_;
};

using Rows = std::vector<const SweepRow*>;

Rows done_rows(const SweepReading& reading) {
  Rows done;
  for (const SweepRow& row : reading.rows)
    if (row.status == "done") done.push_back(&row);
  if (done.size() != reading.sources.points.size())
    throw bug("sweep report", "rows and sources are not of the same points");
  return done;
}

// Of the energies; "" when the rows have different units.
std::string energy_unit_of(const Rows& rows) {
  if (rows.empty()) return "";
  const std::string& first = rows.front()->energy_unit;
  const bool same = std::all_of(rows.begin(), rows.end(),
                                [&](const SweepRow* row) { return row->energy_unit == first; });
  return same ? first : "";
}

Json number(const std::optional<double>& value) {
  constexpr double exact = 9e15;
  if (!value) return nullptr;
  const bool whole = std::abs(*value) < exact && *value == std::floor(*value);
  return whole ? Json(static_cast<std::int64_t>(*value)) : Json(*value);
}

// A column of the database as the page has it: every metric, and the energy of every component.
struct PageMetric {
  std::string name, label, unit, meaning;
  bool larger_is_better;
};

const std::vector<PageMetric>& page_metrics() {
  static const std::vector<PageMetric> table = [] {
    std::vector<PageMetric> made;
    for (const Metric& metric : metrics())
      made.push_back(
          {metric.name, metric.label, metric.unit, metric.meaning, metric.larger_is_better});
    const std::vector<EnergyComponent>& components = energy_components();
    const std::vector<std::string> columns = energy_columns();  // those of the machine come first
    for (std::size_t i = 0; i < components.size(); ++i)
      made.push_back({columns[i], "energy: " + std::string(components[i].label), "energy",
                      "part of the machine's energy", false});
    return made;
  }();
  return table;
}

Json metrics_json(const Rows& rows) {
  Json all = Json::array();
  for (std::size_t i = 0; i < page_metrics().size(); ++i) {
    const PageMetric& metric = page_metrics()[i];
    Json values = Json::array();
    for (const SweepRow* row : rows) values.push_back(number(row->values[i]));
    all.push_back({{"name", metric.name},
                   {"label", metric.label},
                   {"unit", metric.unit},
                   {"meaning", metric.meaning},
                   {"largest", metric.larger_is_better},
                   {"values", std::move(values)}});
  }
  return all;
}

Json axes_json(const Rows& rows) {
  std::vector<SweepRow> plain;
  for (const SweepRow* row : rows) plain.push_back(*row);
  Json all = Json::array();
  for (const std::string& axis : axes_of(plain)) {
    TextColumn column;
    for (const SweepRow* row : rows) column.add(on_axis(*row, axis));
    Json json = {{"name", axis}};
    json.update(column.json());
    const MachineKey* key = find_machine_key(axis);
    json["zero_is_unlimited"] =
        key != nullptr && key->unit.find("0: unlimited") != std::string::npos;
    all.push_back(std::move(json));
  }
  return all;
}

// What to beware of on each point's machine: sentences, a line each.
Json warnings_json(const SweepSources& sources) {
  const std::vector<std::string>& keys = port_keys();
  const Vocabulary names = vocabulary();
  std::map<std::string, std::string> known;  // by the values of the keys
  TextColumn column;
  for (const PointSource& point : sources.points) {
    MachineSettings ports;
    std::string values;
    for (const auto& [key, value] : point.settings) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) continue;
      ports.emplace_back(key, value);
      values += value + "\n";
    }
    const auto [found, is_new] = known.try_emplace(values);
    if (is_new) {
      MachineSpec machine;
      for (const auto& [key, value] : ports)
        find_machine_key(key)->read(Value::scalar(value), names, machine);
      for (const std::string& warning : narrow_ports(machine, names))
        found->second += (found->second.empty() ? "" : "\n") + warning;
    }
    column.add(found->second);
  }
  return column.json();
}

// A workload is some images of a trace; points on different workloads are not compared.
Json workloads_json(const SweepSources& sources) {
  Json all = Json::array(), of = Json::array();
  std::map<std::pair<std::size_t, int>, std::size_t> numbers;
  for (const PointSource& point : sources.points) {
    const auto [found, is_new] = numbers.emplace(std::pair(point.trace, point.images), all.size());
    of.push_back(found->second);
    if (!is_new) continue;
    const TraceSource& trace = sources.traces[point.trace];
    all.push_back({{"network", trace.network},
                   {"file", trace.file},
                   {"path", trace.path},
                   {"synthetic", trace.synthetic},
                   {"has_values", !is_workload(trace.file)},
                   {"images", point.images},
                   {"all_images", trace.images},
                   {"unrecorded", unrecorded_text(trace.unrecorded)}});
  }
  return {{"values", all}, {"of", of}};
}

// The keys of all machines, in the order of machine files; and for each base machine the index of
// its value of every key.
void add_settings(const SweepSources& sources, Json& data) {
  std::vector<std::string> keys;
  std::vector<TextColumn> columns;
  const auto number_in = [&](const MachineSettings& settings, const auto& take) {
    if (keys.empty())
      for (const auto& [key, value] : settings) keys.push_back(key);
    columns.resize(keys.size());
    if (settings.size() != keys.size()) throw bug("sweep report", "machines of different keys");
    for (std::size_t i = 0; i < keys.size(); ++i) take(columns[i], settings[i].second);
  };
  for (const PointSource& point : sources.points)
    number_in(point.settings,
              [](TextColumn& column, const std::string& text) { column.add(text); });
  data["bases"] = Json::array();
  for (const BaseMachine& base : sources.machines) {
    Json numbers = Json::array();
    number_in(base.settings, [&](TextColumn& column, const std::string& text) {
      numbers.push_back(column.ordinal_of(text));
    });
    data["bases"].push_back({{"path", base.path}, {"settings", std::move(numbers)}});
  }
  data["settings"] = Json::array();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    Json json = {{"key", keys[i]}};
    json.update(columns[i].json());
    data["settings"].push_back(std::move(json));
  }
}

// Errors of the failed points, the most frequent first: [[text, points], ...].
Json errors_json(const SweepReading& reading) {
  std::vector<std::pair<std::string, int>> errors;
  for (const SweepRow& row : reading.rows) {
    if (row.status != "failed") continue;
    const auto same = std::find_if(errors.begin(), errors.end(),
                                   [&](const auto& known) { return known.first == row.error; });
    if (same == errors.end())
      errors.emplace_back(row.error, 1);
    else
      ++same->second;
  }
  std::stable_sort(errors.begin(), errors.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return errors;
}

}  // namespace

RowQuery sweep_page_query(const std::string& scope, bool earlier) {
  RowQuery query;
  query.only_latest = !earlier;
  query.scope = scope;
  for (const PageMetric& metric : page_metrics()) query.columns.push_back(metric.name);
  return query;
}

std::string sweep_page_data(const SweepReading& reading, const std::string& scope) {
  const Rows rows = done_rows(reading);
  Json data;
  data["sweep"] = reading.head.name;
  data["scope"] = scope;
  data["counts"] = {{"planned", reading.counts.planned()},
                    {"failed", reading.counts.failed},
                    {"pending", reading.counts.pending},
                    {"left_out", reading.left_out}};
  data["errors"] = errors_json(reading);
  data["shown"] = reading.head.metrics;
  data["objectives"] = Json::array();
  for (const Objective& objective : reading.head.objectives)
    data["objectives"].push_back({{"metric", objective.metric}, {"largest", objective.maximize}});
  data["positions"] = Json::array();
  for (const SweepRow* row : rows)
    data["positions"].push_back(row->position ? Json(*row->position) : Json(nullptr));
  data["units"] = units_json(energy_unit_of(rows));
  data["metrics"] = metrics_json(rows);
  data["axes"] = axes_json(rows);
  data["workloads"] = workloads_json(reading.sources);
  add_settings(reading.sources, data);
  data["thresholds"] = reading.sources.thresholds;
  data["warnings"] = warnings_json(reading.sources);
  data["plan_warnings"] = reading.head.warnings;
  data["prices"] = reading.head.prices;
  data["streamed_layers"] = Json::array();
  for (const SweepRow* row : rows) data["streamed_layers"].push_back(row->streamed_layers);
  return one_line(data);
}

std::string sweep_page(const SweepReading& reading, const std::string& scope) {
  PageParts parts;
  parts.title = "peeksim sweep: " + reading.head.name;
  parts.data = sweep_page_data(reading, scope);
  parts.scripts = {"sweep_points.js",  "sweep_view.js",    "sweep_scatter.js",
                   "sweep_chosen.js",  "sweep_table.js",   "sweep_parallel.js",
                   "sweep_brushes.js", "sweep_effects.js", "sweep_report.js"};
  return make_page(parts);
}

}  // namespace peeksim
