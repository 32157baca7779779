#include "sim/page/compare_page.h"

#include "sim/cost/energy.h"
#include "sim/page/page.h"
#include "sim/page/page_units.h"
#include "sim/page/run_warnings.h"
#include "sim/report/files/compare_file.h"
#include "sim/report/files/json_text.h"
#include "sim/report/numbers/rates.h"
#include "sim/report/screens/compare_screen.h"
#include "sim/report/screens/unrecorded.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

// How a page shows a metric or a figure.
template <class Compared>
Json display_format(const Compared& compared) {
  return {{"name", compared.name}, {"label", compared.label}, {"unit", compared.quantity}};
}

Json json_of(const Number& number) {
  return number ? Json(*number) : Json();
}

// What a page says of a run beside the comparison. comparable: its energies are those of the same
// energy table as the others'.
void add_run(Json& json, const PricedResult& run, bool comparable) {
  const PricedCounters& machine = run.network.machine;
  json["has_values"] = run.result.trace.has_values();
  json["ports"] = ports_text(run.result.machine);
  json["unrecorded"] = unrecorded_text(run);
  json["clock_mhz"] = run.result.machine.clock_mhz;
  json["seconds"] = json_of(rates_of(run).seconds);
  json["over_itself"] = run.result.predicts() ? json_of(run.network.speed_up) : Json();
  for (Count Counters::*part : {&Counters::array_busy, &Counters::predict_stall,
                                &Counters::drain_stall, &Counters::memory_stall, &Counters::tail})
    json["cycle_parts"].push_back(json_of(machine.number(part)));
  json["energies"] = Json::array();
  for (const Number& energy : machine.energy)
    json["energies"].push_back(comparable ? json_of(energy) : Json());
  json["energy_table"] = run.table;
  json["dram_kind"] = run.result.machine.dram.kind;
  json["warnings"] = run_warnings(run);
  json["streamed"] = Json::array();
  for (const LayerResult& layer : run.result.layers)
    if (layer.streamed) json["streamed"].push_back(layer.layer.name);
}

}  // namespace

std::string compare_page(const Comparison& comparison, const std::vector<PricedResult>& runs,
                         const std::vector<std::string>& paths) {
  Json data = compare_json(comparison, runs, paths);
  data["in_words"] = in_words(comparison);
  data["units"] = units_json(comparison.same_energy_tables ? runs[0].unit : "");
  for (std::size_t i = 0; i < runs.size(); ++i)
    add_run(data["runs"][i], runs[i], comparison.same_energy_tables);
  for (const EnergyComponent& component : energy_components())
    data["energy_components"].push_back({{"name", component.name}, {"label", component.label}});
  for (const ComparedMetric& metric : compared_metrics())
    data["metrics"].push_back(display_format(metric));
  for (const ComparedFigure& figure : compared_figures())
    data["figures"].push_back(display_format(figure));
  PageParts parts;
  parts.title = "peeksim: " + std::to_string(runs.size()) + " runs compared";
  parts.data = one_line(data);
  parts.scripts = {"parts.js", "compare.js"};
  return make_page(parts);
}

}  // namespace peeksim
