#include "sim/report/numbers/compare.h"

#include <algorithm>
#include <utility>

#include "sim/config/machine_keys.h"
#include "sim/config/parameter_keys.h"
#include "sim/cost/energy.h"
#include "sim/run/machine_vocabulary.h"

namespace peeksim {

namespace {

std::optional<std::size_t> layer_index(const PricedResult& run, const std::string& name) {
  const std::vector<LayerResult>& layers = run.result.layers;
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (layers[i].layer.name == name) return i;
  return std::nullopt;
}

std::vector<ChangedKey> changed_keys(const std::vector<PricedResult>& runs) {
  std::vector<ChangedKey> changed;
  for (const MachineKey& key : machine_keys(vocabulary())) {
    if (!key.same_as.empty()) continue;
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

// A few groups of components, as the table of machines shows where energy went.
struct EnergyPart {
  const char* name;
  const char* head;
  const char* label;
  std::vector<std::string> components;  // of energy_components()
};

const std::vector<EnergyPart>& energy_parts() {
  static const std::vector<EnergyPart> table = {
      {"mac_share", "MAC", "MACs and psums", {"mac", "psum"}},
      {"wires_share", "wires", "operand wires, tags and latches", {"transfer", "dispatch"}},
      {"buffer_share",
       "buffer",
       "on-chip buffers",
       {"ifmap_buffer", "weight_buffer", "ofmap_buffer"}},
      {"dram_share", "DRAM", "DRAM", {"dram"}},
      {"leakage_share", "leak", "leakage", {"leakage"}},
  };
  return table;
}

Number share_of_energy(const PricedResult& run, const std::vector<std::string>& components) {
  const PricedCounters& machine = run.network.machine;
  Number sum = 0;
  for (std::size_t i = 0; i < energy_components().size(); ++i) {
    if (std::count(components.begin(), components.end(), energy_components()[i].name) == 0)
      continue;
    const Number energy = i < machine.energy.size() ? machine.energy[i] : Number();
    sum = sum && energy ? Number(*sum + *energy) : Number();
  }
  return ratio(sum, machine.total_energy);
}

// The components that belong to no part.
std::vector<std::string> other_components() {
  std::vector<std::string> others;
  for (const EnergyComponent& component : energy_components()) {
    const auto has = [&](const EnergyPart& part) {
      return std::count(part.components.begin(), part.components.end(), component.name) > 0;
    };
    if (std::none_of(energy_parts().begin(), energy_parts().end(), has))
      others.emplace_back(component.name);
  }
  return others;
}

Number cycles_of(const PricedResult& run) {
  return run.network.machine.number(&Counters::cycles);
}

std::vector<ComparedFigure> make_figures() {
  using Run = PricedResult;
  std::vector<ComparedFigure> table = {
      {"cycles", "cycles", "cycles", "cycles", 1e-3, "k", 1, false,
       [](const Run& run, const Run&) { return cycles_of(run); }},
      {"speed_up", "speed", "speed-up", "ratio", 1, "first", 2, false,
       [](const Run& run, const Run& first) { return ratio(cycles_of(first), cycles_of(run)); }},
      {"energy", "energy", "energy", "energy", 1e-6, "energy", 1, true,
       [](const Run& run, const Run&) { return run.network.machine.total_energy; }},
      {"energy_over_first", "", "energy", "ratio", 1, "first", 2, true,
       [](const Run& run, const Run& first) {
         return ratio(run.network.machine.total_energy, first.network.machine.total_energy);
       }},
      {"mac_reduction", "saved", "MACs saved", "share", 100, "%", 1, false,
       [](const Run& run, const Run&) { return run.network.mac_reduction; }},
      {"false_zero_share", "false", "false zeros of the predicted", "share", 100, "%", 1, false,
       [](const Run& run, const Run&) {  // undefined when nothing is predicted
         return run.network.machine.counters.predicted_zero > 0 ? run.network.false_zero_share
                                                                : Number();
       }},
      {"area_mm2", "area", "area", "mm2", 1, "mm2", 2, false,
       [](const Run& run, const Run&) { return run.network.machine.total_area; }},
  };
  for (const EnergyPart& part : energy_parts())
    table.push_back(
        {part.name, part.head, std::string("energy of ") + part.label, "share", 100, "%", 0, false,
         [&part](const Run& run, const Run&) { return share_of_energy(run, part.components); }});
  table.push_back(
      {"other_share", "other", "other energy", "share", 100, "%", 0, false,
       [](const Run& run, const Run&) { return share_of_energy(run, other_components()); }});
  return table;
}

std::vector<Number> figures_of(const PricedResult& run, const PricedResult& first,
                               bool same_energy_tables) {
  std::vector<Number> values;
  for (const ComparedFigure& figure : compared_figures()) {
    const bool comparable = same_energy_tables || !figure.is_energy;
    values.push_back(comparable ? figure.value(run, first) : Number());
  }
  return values;
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
      {"cycles", "cycles", "cycles", 1e-3, "k cycles", 1,
       [](const Pair& p) { return p.machine.number(&Counters::cycles); }},
      {"energy", "energy", "energy", 1e-6, "energy", 1,
       [](const Pair& p) { return p.machine.total_energy; }},
      {"macs_executed", "MACs computed", "MACs", 1e-6, "M MACs", 2,
       [](const Pair& p) { return p.machine.number(&Counters::macs_executed); }},
      {"dram_bytes", "DRAM traffic", "bytes", 1.0 / 1024, "KiB", 0,
       [](const Pair& p) { return Number(p.machine.dram_bytes); }},
      {"mac_reduction", "MACs saved", "share", 100, "%", 1,
       [](const Pair& p) { return p.mac_reduction; }},
      {"false_zero_share", "false zeros of the predicted", "share", 100, "%", 1,
       [](const Pair& p) { return p.false_zero_share; }},
  };
  return table;
}

const std::vector<ComparedFigure>& compared_figures() {
  static const std::vector<ComparedFigure> table = make_figures();
  return table;
}

std::string ports_text(const MachineSpec& machine) {
  const auto port = [](int width) { return width == 0 ? "∞" : std::to_string(width); };
  return port(machine.buffers.ifmap_read_width) + "/" + port(machine.buffers.weight_read_width);
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
  for (const PricedResult& run : runs)
    comparison.figures.push_back(figures_of(run, runs[0], comparison.same_energy_tables));
  comparison.changed = changed_keys(runs);
  comparison.network = compared_row("network", runs, comparison.same_energy_tables,
                                    [](const PricedResult& run) { return &run.network; });
  for (const std::string& name : layer_names(runs))
    comparison.layers.push_back(
        compared_row(name, runs, comparison.same_energy_tables, [&](const PricedResult& run) {
          const std::optional<std::size_t> index = layer_index(run, name);
          return index ? &run.layers[*index] : nullptr;
        }));
  return comparison;
}

Number ratio(const Number& b, const Number& a) {
  if (!a || !b || *a == 0) return std::nullopt;
  return *b / *a;
}

std::string shown_unit(const std::string& unit, const std::string& energy_unit) {
  if (unit == "first") return "/ A";
  if (unit != "energy") return unit;
  return energy_unit == "pJ" ? "uJ" : "M " + energy_unit;
}

}  // namespace peeksim
