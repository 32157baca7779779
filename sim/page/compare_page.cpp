#include "sim/page/compare_page.h"

#include <nlohmann/json.hpp>

#include "sim/page/page.h"
#include "sim/report/files/json_text.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

Json row_json(const ComparedRow& row) {
  Json json = {{"name", row.name}};
  for (std::size_t m = 0; m < compared_metrics().size(); ++m) {
    Json values = Json::array();
    for (const Number& value : row.values[m]) values.push_back(value ? Json(*value) : Json());
    json[compared_metrics()[m].name] = std::move(values);
  }
  return json;
}

Json run_json(const PricedResult& run, const std::string& name, const std::string& path) {
  const TraceIdentity& trace = run.result.trace;
  const Number& area = run.network.machine.total_area;
  return {{"name", name},
          {"path", path},
          {"machine", run.result.machine.name},
          {"network", trace.network},
          {"trace", trace.file},
          {"sha256", trace.sha256},
          {"synthetic", trace.synthetic},
          {"images", trace.images},
          {"area_mm2", area ? Json(*area) : Json()}};
}

}  // namespace

std::string compare_page(const Comparison& comparison, const std::vector<PricedResult>& runs,
                         const std::vector<std::string>& paths) {
  Json data;
  for (std::size_t i = 0; i < runs.size(); ++i)
    data["runs"].push_back(run_json(runs[i], comparison.names[i], paths[i]));
  data["same_traces"] = comparison.same_traces;
  data["same_energy_tables"] = comparison.same_energy_tables;
  data["changed"] = Json::array();
  for (const ChangedKey& row : comparison.changed)
    data["changed"].push_back({{"key", row.key}, {"values", row.values}});
  for (const ComparedMetric& metric : compared_metrics())
    data["metrics"].push_back({{"name", metric.name},
                               {"label", metric.label},
                               {"unit", shown_unit(metric, runs[0].unit)},
                               {"scale", metric.scale},
                               {"decimals", metric.decimals}});
  data["network"] = row_json(comparison.network);
  data["layers"] = Json::array();
  for (const ComparedRow& row : comparison.layers) data["layers"].push_back(row_json(row));
  PageParts parts;
  parts.title = "peeksim: " + std::to_string(runs.size()) + " runs compared";
  parts.data = one_line(data);
  parts.scripts = {"compare.js"};
  return make_page(parts);
}

}  // namespace peeksim
