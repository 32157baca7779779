#include "sim/page/run_page.h"

#include <nlohmann/json.hpp>

#include "sim/energy/area.h"
#include "sim/energy/energy.h"
#include "sim/page/page.h"
#include "sim/report/results_file.h"
#include "sim/report/summary.h"

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

Json buffer_json(const Counters& counters, const PrecisionSpec& precision) {
  const BufferTraffic bytes = buffer_traffic(counters, precision);
  return {{"ifmap", bytes.ifmap}, {"weight", bytes.weight}, {"ofmap", bytes.ofmap}};
}

Json buffers_json(const RunResult& run) {
  Json list = Json::array();
  for (const LayerResult& layer : run.layers)
    list.push_back({{"machine", buffer_json(layer.counters.machine, run.machine.precision)},
                    {"dense", buffer_json(layer.counters.dense, run.machine.precision)}});
  return list;
}

}  // namespace

std::string run_page(const std::string& results) {
  const RunResult run = parse_results(results, "results.json");
  Json data;
  data["results"] = Json::parse(results);
  data["results"].erase("images");  // a page does not grow with them
  data["energy_components"] = labels_of(energy_components());
  data["area_components"] = labels_of(area_components());
  data["scopes"] = labels_of(scopes(run));
  data["counters"] = counter_meanings();
  data["buffer_bytes"] = buffers_json(run);
  PageParts parts;
  parts.title = "peeksim: " + run.trace.network + " on " + run.machine.name;
  parts.data = data.dump();
  parts.scripts = {"run_report_layers.js", "run_report_machine.js", "run_report_roofline.js",
                   "run_report_table.js", "run_report.js"};
  return make_page(parts);
}

}  // namespace peeksim
