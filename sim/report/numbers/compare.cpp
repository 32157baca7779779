#include "sim/report/numbers/compare.h"

#include <algorithm>

#include "sim/config/machine_keys.h"
#include "sim/config/parameter_keys.h"
#include "sim/run/machine_vocabulary.h"

namespace peeksim {

namespace {

std::optional<std::size_t> layer_place(const PricedResult& run, const std::string& name) {
  const std::vector<LayerResult>& layers = run.result.layers;
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (layers[i].layer.name == name) return i;
  return std::nullopt;
}

std::vector<ChangedKey> changed_keys(const std::vector<PricedResult>& runs) {
  std::vector<ChangedKey> changed;
  for (const MachineKey& key : machine_keys(vocabulary())) {
    ChangedKey row = {key.path, {}};
    for (const PricedResult& run : runs)
      row.values.push_back(display_text(key.show(run.result.machine)));
    const bool same = std::all_of(row.values.begin(), row.values.end(),
                                  [&](const std::string& value) { return value == row.values[0]; });
    if (!same) changed.push_back(std::move(row));
  }
  return changed;
}

// The values of one part of each run; part_of returns null for a run that does not have it.
template <class PartOf>
ComparedRow compared_row(const std::string& name, const std::vector<PricedResult>& runs,
                         bool same_energy_tables, const PartOf& part_of) {
  ComparedRow row;
  row.name = name;
  for (const ComparedMetric& metric : compared_metrics()) {
    row.values.emplace_back();
    const bool comparable = same_energy_tables || std::string(metric.unit) != "energy";
    for (const PricedResult& run : runs) {
      const PricedPair* part = part_of(run);
      row.values.back().push_back(part != nullptr && comparable ? metric.value(*part) : Number());
    }
  }
  return row;
}

std::vector<std::string> layer_names(const std::vector<PricedResult>& runs) {
  std::vector<std::string> names;
  for (const PricedResult& run : runs)
    for (const LayerResult& layer : run.result.layers)
      if (std::find(names.begin(), names.end(), layer.layer.name) == names.end())
        names.push_back(layer.layer.name);
  return names;
}

}  // namespace

const std::vector<ComparedMetric>& compared_metrics() {
  using Pair = PricedPair;
  static const std::vector<ComparedMetric> table = {
      {"cycles", "cycles", 1e-3, "k cycles", 1,
       [](const Pair& p) { return p.machine.number(&Counters::cycles); }},
      {"energy", "energy", 1e-6, "energy", 1, [](const Pair& p) { return p.machine.total_energy; }},
      {"macs_executed", "MACs computed", 1e-6, "M MACs", 2,
       [](const Pair& p) { return p.machine.number(&Counters::macs_executed); }},
      {"dram_bytes", "DRAM traffic", 1.0 / 1024, "KiB", 0,
       [](const Pair& p) { return Number(p.machine.dram_bytes); }},
      {"mac_reduction", "MACs saved", 100, "%", 1, [](const Pair& p) { return p.mac_reduction; }},
      {"false_zero_share", "false zeros of the predicted", 100, "%", 1,
       [](const Pair& p) { return p.false_zero_share; }},
  };
  return table;
}

Comparison compare_runs(const std::vector<PricedResult>& runs) {
  Comparison comparison;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    comparison.names.push_back(i < 26 ? std::string(1, static_cast<char>('A' + i))
                                      : std::to_string(i + 1));
    const RunResult& first = runs[0].result;
    const TraceIdentity& trace = runs[i].result.trace;
    if (trace.sha256 != first.trace.sha256 || trace.images != first.trace.images)
      comparison.same_traces = false;
    if (runs[i].table != runs[0].table || runs[i].unit != runs[0].unit)
      comparison.same_energy_tables = false;
  }
  comparison.changed = changed_keys(runs);
  comparison.network = compared_row("network", runs, comparison.same_energy_tables,
                                    [](const PricedResult& run) { return &run.network; });
  for (const std::string& name : layer_names(runs))
    comparison.layers.push_back(
        compared_row(name, runs, comparison.same_energy_tables, [&](const PricedResult& run) {
          const std::optional<std::size_t> place = layer_place(run, name);
          return place ? &run.layers[*place] : nullptr;
        }));
  return comparison;
}

Number ratio(const Number& b, const Number& a) {
  if (!a || !b || *a == 0) return std::nullopt;
  return *b / *a;
}

std::string shown_unit(const ComparedMetric& metric, const std::string& energy_unit) {
  if (std::string(metric.unit) != "energy") return metric.unit;
  return energy_unit == "pJ" ? "uJ" : "M " + energy_unit;
}

}  // namespace peeksim
