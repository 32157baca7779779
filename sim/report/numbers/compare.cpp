#include "sim/report/numbers/compare.h"
#include "sim/run/machine_vocabulary.h"

#include <algorithm>

#include "sim/config/machine_keys.h"
#include "sim/report/numbers/summary.h"
#include "sim/run/run.h"

namespace peeksim {

namespace {

std::optional<std::size_t> layer_place(const StoredRun& run, const std::string& name) {
  const std::vector<LayerResult>& layers = run.result.layers;
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (layers[i].layer.name == name) return i;
  return std::nullopt;
}

std::vector<ChangedKey> changed_keys(const std::vector<StoredRun>& runs) {
  std::vector<ChangedKey> changed;
  for (const MachineKey& key : machine_keys(vocabulary())) {
    ChangedKey row = {key.path, {}};
    for (const StoredRun& run : runs)
      row.values.push_back(display_text(key.show(run.result.machine)));
    const bool same = std::all_of(row.values.begin(), row.values.end(),
                                  [&](const std::string& value) { return value == row.values[0]; });
    if (!same) changed.push_back(std::move(row));
  }
  return changed;
}

// The values of one part of each run; part_of returns nothing for a run that does not have it.
template <class PartOf>
ComparedRow compared_row(const std::string& name, const std::vector<StoredRun>& runs,
                         bool same_energy_tables, const PartOf& part_of) {
  ComparedRow row;
  row.name = name;
  for (const ComparedMetric& metric : compared_metrics()) {
    row.values.emplace_back();
    const bool comparable = same_energy_tables || std::string(metric.unit) != "energy";
    for (const StoredRun& run : runs) {
      const std::optional<ComparedPart> part = part_of(run);
      row.values.back().push_back(part && comparable ? std::optional(metric.value(*part))
                                                     : std::nullopt);
    }
  }
  return row;
}

std::vector<std::string> layer_names(const std::vector<StoredRun>& runs) {
  std::vector<std::string> names;
  for (const StoredRun& run : runs)
    for (const LayerResult& layer : run.result.layers)
      if (std::find(names.begin(), names.end(), layer.layer.name) == names.end())
        names.push_back(layer.layer.name);
  return names;
}

}  // namespace

const std::vector<ComparedMetric>& compared_metrics() {
  using Part = ComparedPart;
  static const std::vector<ComparedMetric> table = {
      {"cycles", "cycles", 1e-3, "k cycles", 1,
       [](const Part& p) { return static_cast<double>(p.counters.machine.cycles); }},
      {"energy", "energy", 1e-6, "energy", 1, [](const Part& p) { return p.energy; }},
      {"macs_executed", "MACs computed", 1e-6, "M MACs", 2,
       [](const Part& p) { return static_cast<double>(p.counters.machine.macs_executed); }},
      {"dram_bytes", "DRAM traffic", 1.0 / 1024, "KiB", 0,
       [](const Part& p) { return static_cast<double>(dram_bytes(p.counters.machine)); }},
      {"mac_reduction", "MACs saved", 100, "%", 1,
       [](const Part& p) { return mac_reduction(p.counters); }},
      {"false_zero_share", "false zeros of the predicted", 100, "%", 1,
       [](const Part& p) { return false_share(p.counters); }},
  };
  return table;
}

Comparison compare_runs(const std::vector<StoredRun>& runs) {
  Comparison comparison;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    comparison.names.push_back(i < 26 ? std::string(1, static_cast<char>('A' + i))
                                      : std::to_string(i + 1));
    const RunResult& first = runs[0].result;
    const TraceIdentity& trace = runs[i].result.trace;
    if (trace.sha256 != first.trace.sha256 || trace.images != first.trace.images)
      comparison.same_traces = false;
    if (runs[i].energy_table != runs[0].energy_table || runs[i].energy_unit != runs[0].energy_unit)
      comparison.same_energy_tables = false;
  }
  comparison.changed = changed_keys(runs);
  std::vector<CounterPair> totals;
  for (const StoredRun& run : runs) totals.push_back(run.result.totals());
  comparison.network =
      compared_row("network", runs, comparison.same_energy_tables, [&](const StoredRun& run) {
        return std::optional<ComparedPart>({totals[&run - runs.data()], run.energy});
      });
  for (const std::string& name : layer_names(runs))
    comparison.layers.push_back(
        compared_row(name, runs, comparison.same_energy_tables, [&](const StoredRun& run) {
          const std::optional<std::size_t> place = layer_place(run, name);
          if (!place) return std::optional<ComparedPart>();
          return std::optional<ComparedPart>(
              {run.result.layers[*place].counters, run.layer_energy[*place]});
        }));
  return comparison;
}

std::optional<double> ratio(const std::optional<double>& b, const std::optional<double>& a) {
  if (!a || !b || *a == 0) return std::nullopt;
  return *b / *a;
}

std::string shown_unit(const ComparedMetric& metric, const std::string& energy_unit) {
  if (std::string(metric.unit) != "energy") return metric.unit;
  return energy_unit == "pJ" ? "uJ" : "M " + energy_unit;
}

}  // namespace peeksim
