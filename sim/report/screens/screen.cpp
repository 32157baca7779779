#include "sim/report/screens/screen.h"

#include <algorithm>
#include <cstdio>

#include "sim/config/machine_keys.h"
#include "sim/cost/area.h"
#include "sim/cost/energy.h"
#include "sim/report/numbers/rates.h"
#include "sim/report/screens/cycle_shares.h"
#include "sim/report/screens/speed_up_words.h"
#include "sim/report/screens/text_table.h"
#include "sim/report/screens/unrecorded.h"

namespace peeksim {

namespace {

// Tables of one-millionth units are shown in their unit: pJ as uJ, mac as million MACs.
std::string energy_unit(const PricedResult& priced) {
  return priced.unit == "pJ" ? "uJ" : "M MAC";
}

Number times(double factor, const Number& number) {
  return number ? Number(factor * *number) : Number();
}

Number over(const Number& number, const Number& divisor) {
  return number && divisor ? Number(*number / *divisor) : Number();
}

// "-": unknown.
std::string text_of(const Number& number, int decimals) {
  return fixed_or_dash(number.has_value(), number.value_or(0), decimals);
}

std::string percent(const Number& part) {
  return text_of(times(100, part), 1);
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
          display_text(find_machine_key("dram.bytes_per_cycle")->show(m)) + " B/cycle, latency " +
          std::to_string(m.dram.latency);
  return line;
}

// The name of the machine without prediction: it also skips zero activations if the machine does.
std::string dense_name(const PricedResult& priced) {
  return priced.result.machine.array.skip_zero_activations ? "dense, also skipping"
                                                           : "without prediction";
}

std::string time_line(const PricedResult& priced) {
  const double mhz = priced.result.machine.clock_mhz;
  const auto milliseconds = [&](const PricedCounters& side) {
    return text_of(over(over(side.number(&Counters::cycles), mhz), 1e3), 3) + " ms";
  };
  return milliseconds(priced.network.machine) + " at " + fixed(mhz, 0) + " MHz; " +
         dense_name(priced) + " " + milliseconds(priced.network.dense);
}

// Of a machine without prediction: what it does, where others say what prediction saves.
std::string dense_headline(const PricedResult& priced) {
  const PricedCounters& all = priced.network.machine;
  const Rates rates = rates_of(priced);
  return text_of(over(all.number(&Counters::cycles), 1e3), 1) + " k cycles, " +
         text_of(times(1e3, rates.seconds), 3) + " ms, " + text_of(over(all.total_energy, 1e6), 1) +
         " " + energy_unit(priced) + ", " + text_of(rates.milliwatts, 1) + " mW, " +
         percent(all.utilisation) + " % of the MAC slots used, without prediction";
}

// Two operations a MAC of the network, whether it was executed or not.
std::string rates_line(const PricedResult& priced) {
  const Rates rates = rates_of(priced);
  return text_of(rates.images_per_second, 1) + " images/s, " + text_of(rates.milliwatts, 1) +
         " mW, " + text_of(rates.tops, 3) + " TOPS, " + text_of(rates.tops_per_watt, 3) +
         " TOPS/W, " + text_of(rates.gops_per_mm2, 1) + " GOPS/mm2";
}

// Why the speed-up is what it is, in short; "" for a machine without prediction.
std::string why_line(const PricedResult& priced) {
  if (!priced.result.predicts()) return "";
  const std::vector<std::string> words = speed_up_words(priced.result);
  std::string line;
  for (std::size_t i = 0; i < words.size() && i < 2; ++i) line += (i == 0 ? "" : " ") + words[i];
  return line.empty() ? "" : "why      " + line + "\n";
}

std::string headline(const PricedResult& priced) {
  if (!priced.result.predicts()) return dense_headline(priced);
  const PricedPair& all = priced.network;
  return percent(all.mac_reduction) + " % of the network's MACs saved, speed-up " +
         text_of(all.speed_up, 2) + ", energy ratio " + text_of(all.energy_ratio, 2) + ", " +
         percent(all.false_zero_share) + " % of the predicted zeros false";
}

// Of "trace    ", "machine  ": wrapped lines are indented by it.
constexpr std::size_t label_width = 9;

std::string heading(const PricedResult& priced, const ScreenStyle& style) {
  const TraceIdentity& trace = priced.result.trace;
  std::string out = wrapped(headline(priced) + "\n", label_width, style);
  out = colored(out, ColorRole::heading, style);
  if (trace.synthetic)
    out += colored(
        wrapped("SYNTHETIC TRACE: the values are generated, not those of a trained network\n", 0,
                style),
        ColorRole::warning, style);
  if (!trace.has_values())
    out += colored(wrapped("NO VALUES: the shapes of a workload; which activations are zero is not "
                           "known\n",
                           0, style),
                   ColorRole::warning, style);
  std::string what = "trace    " + trace.network + " (" + trace.file + ", sha256 " +
                     trace.sha256.substr(0, 12) + "), " +
                     (trace.loop.closed ? "closed loop of " + trace.loop.machine : "open loop") +
                     ", " + std::to_string(trace.images) +
                     (trace.images == 1 ? " image\n" : " images; all sums are over all images\n");
  what += "machine  " + machine_line(priced.result.machine) + "\n";
  what += "time     " + time_line(priced) + "\n";
  what += "rates    " + rates_line(priced) + "\n";
  what += why_line(priced) + "\n";
  return out + wrapped(what, label_width, style);
}

std::vector<std::string> row(const std::string& name, const PricedPair& pair, bool predicted) {
  const PricedCounters& c = pair.machine;
  const auto millions = [](const Number& number) { return over(number, 1e6); };
  const auto thousands = [](const Number& number) { return over(number, 1e3); };
  const auto kib = [](const Number& bytes) { return over(bytes, 1024); };
  const auto if_predicted = [&](const Number& number) { return predicted ? number : Number(); };
  const auto part = [&](Count Counters::*cycles) {
    const std::optional<Count> all = c.count(&Counters::cycles);
    const Number hundredth =
        all ? Number(static_cast<double>(std::max<Count>(*all, 1)) / 100) : Number();
    return text_of(over(c.number(cycles), hundredth), 0);
  };
  return {name,
          text_of(millions(c.number(&Counters::macs_total)), 1),
          text_of(if_predicted(times(100, pair.mac_reduction)), 1),
          text_of(thousands(c.number(&Counters::cycles)), 1),
          text_of(if_predicted(pair.speed_up), 2),
          percent(c.utilisation),
          part(&Counters::array_busy),
          part(&Counters::predict_stall),
          part(&Counters::drain_stall),
          part(&Counters::memory_stall),
          part(&Counters::tail),
          text_of(kib(c.dram_bytes), 0),
          text_of(kib(c.buffer_bytes.all), 0),
          text_of(millions(c.total_energy), 1),
          text_of(if_predicted(pair.energy_ratio), 2),
          text_of(if_predicted(thousands(c.number(&Counters::predicted_zero))), 1),
          fixed_or_dash(predicted && c.counters.predicted_zero > 0 && pair.false_zero_share,
                        100 * pair.false_zero_share.value_or(0), 1)};
}

std::string layer_table(const PricedResult& priced, const ScreenStyle& style) {
  std::vector<std::vector<std::string>> headers = {
      {"layer", "MACs", "saved", "cycles", "speed", "util", "busy", "predict", "drain", "mem",
       "tail", "DRAM", "buffer", "energy", "energy", "zeros", "false"},
      {"", "M", "%", "k", "-up", "%", "%", "%", "%", "%", "%", "KiB", "KiB", energy_unit(priced),
       "ratio", "k", "%"}};
  const CycleShares shares(priced);
  // A pipe gets numbers only, so that scripts which cut out columns keep working.
  const auto with_share = [&](std::vector<std::string> cells, const std::string& text) {
    if (style.bars) cells.insert(cells.begin() + CycleShares::column, text);
    return cells;
  };
  TextTable out({with_share(headers[0], "of network's"), with_share(headers[1], "cycles, %")});
  bool any_streamed = false;
  for (std::size_t i = 0; i < priced.layers.size(); ++i) {
    const LayerResult& layer = priced.result.layers[i];
    any_streamed = any_streamed || layer.streamed;
    out.add_row(with_share(row(layer.layer.name + (layer.streamed ? " *" : ""), priced.layers[i],
                               layer.policy != "none"),
                           shares.of_layer(priced.layers[i], style)));
  }
  out.add_rule();
  for (const PricedScope& scope : priced.scopes)
    if (scope.layers > 0)
      out.add_row(with_share(row(scope.label, scope.pair, true), shares.of_scope(scope.pair)));
  const std::string unrecorded = unrecorded_text(priced);
  std::string text = unrecorded.empty() ? "" : unrecorded + "\n";
  text +=
      "busy … tail: where the cycles went. speed-up, energy ratio: the same machine without "
      "prediction / this one.\n";
  if (any_streamed) text += "* weights streamed: prediction changes their DRAM traffic too.\n";
  return out.text(style) + wrapped(text, 0, style) + "\n";
}

// Two rows, this machine and the one without prediction: a column per component, and their total.
// parts, total: of a side, in the energy table's unit; `unit`: how many of these make one on
// screen.
template <class Component>
std::string component_table(const std::string& title, const std::vector<Component>& components,
                            const PricedResult& priced, std::vector<Number> PricedCounters::*parts,
                            Number PricedCounters::*total, double unit, int decimals,
                            const ScreenStyle& style) {
  std::vector<std::string> names = {title};
  for (const Component& component : components) names.push_back(component.label);
  names.push_back("total");
  TextTable out({names});
  const auto add = [&](const std::string& name, const PricedCounters& side) {
    std::vector<std::string> cells = {name};
    for (const Number& part : side.*parts) cells.push_back(text_of(over(part, unit), decimals));
    cells.push_back(text_of(over(side.*total, unit), decimals));
    out.add_row(std::move(cells));
  };
  add("this machine", priced.network.machine);
  add(dense_name(priced), priced.network.dense);
  return out.text(style);
}

std::string energy_by_component(const PricedResult& priced, const ScreenStyle& style) {
  return component_table("energy, " + energy_unit(priced), energy_components(), priced,
                         &PricedCounters::energy, &PricedCounters::total_energy, 1e6, 1, style) +
         "\n";
}

std::string area_by_component(const PricedResult& priced, const ScreenStyle& style) {
  if (priced.network.machine.area.empty())
    return wrapped("area not known: the energy table has none\n", 0, style);
  return component_table("area, mm2", area_components(), priced, &PricedCounters::area,
                         &PricedCounters::total_area, 1, 3, style);
}

std::string warnings_text(const PricedResult& priced) {
  std::string text;
  for (const std::string& warning : priced.warnings) text += "beware: " + warning + "\n";
  return text;
}

std::string spread(const PricedResult& priced) {
  if (priced.images.size() < 2) return "";
  std::string out = "\nper image, mean ± standard deviation over " +
                    std::to_string(priced.images.size()) + " images: ";
  std::string separator;
  for (const Spread& s : priced.over_images) {
    double scale = 1;
    std::string unit;
    int decimals = 2;
    if (s.name == "mac_reduction" || s.name == "false_zero_share") scale = 100, unit = " %";
    if (s.name == "cycles") scale = 1e-3, unit = " k", decimals = 1;
    if (s.name == "energy") scale = 1e-6, unit = " " + energy_unit(priced), decimals = 1;
    out += separator + s.label + " " + text_of(times(scale, s.mean), decimals) + " ± " +
           text_of(times(scale, s.deviation), decimals) + unit;
    separator = ", ";
  }
  return out + "\n";
}

}  // namespace

std::string run_screen(const PricedResult& priced, const ScreenStyle& style) {
  return heading(priced, style) + layer_table(priced, style) + energy_by_component(priced, style) +
         area_by_component(priced, style) +
         wrapped("energy table " + priced.table + ": " + priced.source + "; DRAM priced as " +
                     priced.result.machine.dram.kind + "\n" + warnings_text(priced) +
                     spread(priced),
                 0, style);
}

std::string run_summary(const PricedResult& priced) {
  const std::string unrecorded = unrecorded_summary(priced);
  return headline(priced) + (unrecorded.empty() ? "" : "; " + unrecorded) +
         (priced.result.trace.synthetic ? "; SYNTHETIC TRACE" : "") +
         (priced.result.trace.has_values() ? "" : "; NO VALUES") + "\n";
}

}  // namespace peeksim
