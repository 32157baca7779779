#include "sim/report/screens/screen.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "sim/cost/area.h"
#include "sim/report/numbers/summary.h"
#include "sim/report/screens/cycle_shares.h"
#include "sim/report/screens/text_table.h"

namespace peeksim {

namespace {

// Tables of one-millionth units are shown in their unit: pJ as uJ, mac as million MACs.
std::string energy_unit(const EnergyTable& table) {
  return table.unit == "pJ" ? "uJ" : "M MAC";
}

std::string percent(double part) {
  return fixed(100 * part, 1);
}

std::string threshold_text(const PredictionSpec& prediction) {
  char number[32];
  std::snprintf(number, sizeof number, "%g", prediction.threshold);
  std::string text = "threshold " + std::string(number);
  if (!prediction.channel_thresholds.empty()) text += ", per channel for some layers";
  return text;
}

std::string machine_line(const MachineSpec& m) {
  const PredictionSpec& p = m.prediction;
  std::string line = m.name + ": " + std::to_string(m.array.rows) + "x" +
                     std::to_string(m.array.cols) + " PEs, " + std::to_string(m.array.lanes) +
                     " MAC/cycle each, " + m.array.dispatch + "; ";
  if (p.policy == "peek") {
    line += "peek " + std::to_string(p.window.height) + "x" + std::to_string(p.window.width) + " " +
            (p.peeks.pattern.empty() ? "listed peeks" : p.peeks.pattern) + ", " + threshold_text(p);
  } else {
    line += "policy " + p.policy;
  }
  const auto kib = [](Bytes bytes) {
    return bytes % 1024 == 0 ? std::to_string(bytes / 1024) + " KiB" : std::to_string(bytes) + " B";
  };
  line += "\n         buffers " + kib(m.buffers.ifmap_bytes) + " ifmap, " +
          kib(m.buffers.weight_bytes) + " weight, " + kib(m.buffers.ofmap_bytes) + " ofmap; DRAM " +
          std::to_string(m.dram.bytes_per_cycle) + " B/cycle, latency " +
          std::to_string(m.dram.latency);
  return line;
}

std::string time_line(const RunResult& result) {
  const CounterPair all = result.totals();
  const double mhz = result.machine.clock_mhz;
  const auto milliseconds = [&](Cycle cycles) {
    return fixed(static_cast<double>(cycles) / mhz / 1e3, 3) + " ms";
  };
  return milliseconds(all.machine.cycles) + " at " + fixed(mhz, 0) + " MHz; without prediction " +
         milliseconds(all.dense.cycles);
}

std::string headline(const RunResult& result, const EnergyRates& rates) {
  const CounterPair all = result.totals();
  return percent(mac_reduction(all)) + " % of the network's MACs saved, speed-up " +
         fixed(speed_up(all), 2) + ", energy ratio " + fixed(energy_ratio(all, rates), 2) + ", " +
         percent(false_share(all)) + " % of the predicted zeros false";
}

// Of "trace    ", "machine  ": what a narrow screen wraps stands below what is labelled.
constexpr std::size_t label_width = 9;

std::string heading(const RunResult& result, const EnergyRates& rates, const ScreenStyle& style) {
  const TraceIdentity& trace = result.trace;
  std::string out = wrapped(headline(result, rates) + "\n", label_width, style);
  out = inked(out, Ink::heading, style);
  if (trace.synthetic)
    out +=
        inked(wrapped("SYNTHETIC TRACE: the values are generated, not those of a trained network\n",
                      0, style),
              Ink::warning, style);
  std::string what = "trace    " + trace.network + " (" + trace.file + ", sha256 " +
                     trace.sha256.substr(0, 12) + "), " +
                     (trace.loop.closed ? "closed loop of " + trace.loop.machine : "open loop") +
                     ", " + std::to_string(trace.images) +
                     (trace.images == 1 ? " image\n" : " images; all sums are over all images\n");
  what += "machine  " + machine_line(result.machine) + "\n";
  what += "time     " + time_line(result) + "\n\n";
  return out + wrapped(what, label_width, style);
}

std::vector<std::string> row(const std::string& name, const CounterPair& pair, bool predicted,
                             const RunResult& result, const EnergyRates& rates) {
  const Counters& c = pair.machine;
  const double cycles = static_cast<double>(std::max<Count>(c.cycles, 1)) / 100;
  const auto part = [&](Cycle n) { return fixed(static_cast<double>(n) / cycles, 0); };
  return {name,
          fixed(static_cast<double>(c.macs_total) / 1e6, 1),
          fixed_or_dash(predicted, 100 * mac_reduction(pair), 1),
          fixed(static_cast<double>(c.cycles) / 1e3, 1),
          fixed_or_dash(predicted, speed_up(pair), 2),
          percent(utilisation(c, result.machine.array)),
          part(c.array_busy),
          part(c.predict_stall),
          part(c.drain_stall),
          part(c.memory_stall),
          part(c.tail),
          fixed(static_cast<double>(dram_bytes(c)) / 1024, 0),
          fixed(static_cast<double>(buffer_bytes(c, result.machine.precision)) / 1024, 0),
          fixed(total(price(c, rates)) / 1e6, 1),
          fixed_or_dash(predicted, energy_ratio(pair, rates), 2),
          fixed_or_dash(predicted, static_cast<double>(c.predicted_zero) / 1e3, 1),
          fixed_or_dash(predicted && c.predicted_zero > 0, 100 * false_share(pair), 1)};
}

std::string layer_table(const RunResult& result, const EnergyTable& table, const EnergyRates& rates,
                        const ScreenStyle& style) {
  std::vector<std::vector<std::string>> headers = {
      {"layer", "MACs", "saved", "cycles", "speed", "util", "busy", "predict", "drain", "mem",
       "tail", "DRAM", "buffer", "energy", "energy", "zeros", "false"},
      {"", "M", "%", "k", "-up", "%", "%", "%", "%", "%", "%", "KiB", "KiB", energy_unit(table),
       "ratio", "k", "%"}};
  const CycleShares shares(result);
  // A pipe gets numbers only: what cuts columns out of them goes on working.
  const auto with_share = [&](std::vector<std::string> cells, const std::string& text) {
    if (style.bars) cells.insert(cells.begin() + CycleShares::column, text);
    return cells;
  };
  TextTable out({with_share(headers[0], "of network's"), with_share(headers[1], "cycles, %")});
  bool any_streamed = false;
  for (const LayerResult& layer : result.layers) {
    any_streamed = any_streamed || layer.streamed;
    out.add_row(with_share(row(layer.layer.name + (layer.streamed ? " *" : ""), layer.counters,
                               layer.policy != "none", result, rates),
                           shares.of_layer(layer.counters.machine, style)));
  }
  out.add_rule();
  for (const Scope& scope : scopes(result))
    if (scope.layers > 0)
      out.add_row(with_share(row(scope.label, scope.counters, true, result, rates),
                             shares.of_scope(scope.counters.machine)));
  std::string text =
      "busy … tail: where the cycles went. speed-up, energy ratio: the same machine without "
      "prediction / this one.\n";
  if (any_streamed) text += "* weights streamed: prediction changes their DRAM traffic too.\n";
  return out.text(style) + wrapped(text, 0, style) + "\n";
}

// Two rows, this machine and the one without prediction: a column per component, and their total.
// parts_of: the components' values, for a side's counters.
template <class Component, class PartsOf>
std::string component_table(const std::string& title, const std::vector<Component>& components,
                            const RunResult& result, const PartsOf& parts_of, int decimals,
                            const ScreenStyle& style) {
  std::vector<std::string> names = {title};
  for (const Component& component : components) names.push_back(component.label);
  names.push_back("total");
  TextTable out({names});
  const CounterPair all = result.totals();
  const auto add = [&](const char* name, const Counters& counters) {
    std::vector<std::string> cells = {name};
    const std::vector<double> parts = parts_of(counters);
    for (const double part : parts) cells.push_back(fixed(part, decimals));
    cells.push_back(fixed(std::accumulate(parts.begin(), parts.end(), 0.0), decimals));
    out.add_row(std::move(cells));
  };
  add("this machine", all.machine);
  add("without prediction", all.dense);
  return out.text(style);
}

std::string energy_by_component(const RunResult& result, const EnergyTable& table,
                                const EnergyRates& rates, const ScreenStyle& style) {
  const auto millions = [&](const Counters& counters) {
    Energy energy = price(counters, rates);
    for (double& part : energy) part /= 1e6;
    return energy;
  };
  return component_table("energy, " + energy_unit(table), energy_components(), result, millions, 1,
                         style) +
         "\n";
}

std::string area_by_component(const RunResult& result, const EnergyTable& table,
                              const ScreenStyle& style) {
  if (!table.area) return wrapped("area not known: the energy table has none\n", 0, style);
  const auto areas = [&](const Counters& counters) {
    return *area_of(table, result.machine, counters);
  };
  return component_table("area, mm2", area_components(), result, areas, 3, style);
}

std::string spread(const RunResult& result, const EnergyTable& table, const EnergyRates& rates) {
  if (result.images.size() < 2) return "";
  std::string out = "\nper image, mean ± standard deviation over " +
                    std::to_string(result.images.size()) + " images: ";
  std::string separator;
  for (const Spread& s : spread_over_images(result, rates)) {
    double scale = 1;
    std::string unit;
    int decimals = 2;
    if (s.name == "mac_reduction" || s.name == "false_zero_share") scale = 100, unit = " %";
    if (s.name == "cycles") scale = 1e-3, unit = " k", decimals = 1;
    if (s.name == "energy") scale = 1e-6, unit = " " + energy_unit(table), decimals = 1;
    out += separator + s.label + " " + fixed(s.mean * scale, decimals) + " ± " +
           fixed(s.deviation * scale, decimals) + unit;
    separator = ", ";
  }
  return out + "\n";
}

}  // namespace

std::string run_screen(const RunResult& result, const EnergyTable& table,
                       const ScreenStyle& style) {
  const EnergyRates rates = rates_for(table, result.machine);
  return heading(result, rates, style) + layer_table(result, table, rates, style) +
         energy_by_component(result, table, rates, style) +
         area_by_component(result, table, style) +
         wrapped("energy table " + table.name + ": " + table.source + "\n" +
                     spread(result, table, rates),
                 0, style);
}

std::string run_summary(const RunResult& result, const EnergyTable& table) {
  return headline(result, rates_for(table, result.machine)) +
         (result.trace.synthetic ? "; SYNTHETIC TRACE" : "") + "\n";
}

}  // namespace peeksim
