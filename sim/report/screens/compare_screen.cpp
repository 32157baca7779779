#include "sim/report/screens/compare_screen.h"

#include "sim/report/screens/text_table.h"
#include "sim/report/screens/unrecorded.h"

namespace peeksim {

namespace {

std::string shown(const Number& value, double scale, int decimals) {
  return fixed_or_dash(value.has_value(), value.value_or(0) * scale, decimals);
}

// A metric of the network, relative to the first run.
std::string part_of_first(const Comparison& comparison, const std::string& metric,
                          std::size_t run) {
  for (std::size_t m = 0; m < compared_metrics().size(); ++m) {
    if (compared_metrics()[m].name != metric) continue;
    const std::vector<Number>& values = comparison.network.values[m];
    const Number part = ratio(values[run], values[0]);
    return fixed_or_dash(part.has_value(), part.value_or(0), 2);
  }
  return "-";
}

std::string machines_table(const Comparison& comparison, const std::vector<PricedResult>& runs,
                           const ScreenStyle& style) {
  std::vector<std::string> heads = {"machine"}, units = {""};
  const auto add_head = [&](const std::string& head, const std::string& unit) {
    heads.push_back(head);
    units.push_back(unit);
  };
  for (const ComparedFigure& figure : compared_figures())
    add_head(figure.head, shown_unit(figure.unit, runs[0].unit));
  add_head("ports", "i/w");
  TextTable table({heads, units});
  for (std::size_t run = 0; run < runs.size(); ++run) {
    const RunResult& result = runs[run].result;
    std::vector<std::string> cells = {comparison.names[run] + " " + result.machine.name};
    for (std::size_t f = 0; f < compared_figures().size(); ++f) {
      const ComparedFigure& figure = compared_figures()[f];
      cells.push_back(shown(comparison.figures[run][f], figure.scale, figure.decimals));
    }
    cells.push_back(ports_text(result.machine));
    table.add_row(std::move(cells));
  }
  return table.text(style);
}

// In one line, and in a second one which MACs it lacks.
std::string trace_text(const PricedResult& run) {
  const TraceIdentity& trace = run.result.trace;
  const std::string unrecorded = unrecorded_text(run);
  return trace.network + " (" + trace.file + ", sha256 " + trace.sha256.substr(0, 12) + ", " +
         std::to_string(trace.images) + (trace.images == 1 ? " image)" : " images)") +
         (trace.synthetic ? ", SYNTHETIC TRACE" : "") + (trace.has_values() ? "" : ", NO VALUES") +
         (unrecorded.empty() ? "" : "\n" + unrecorded);
}

// The file of each run, and its trace: once, when all have the same.
std::string runs_list(const Comparison& comparison, const std::vector<PricedResult>& runs,
                      const std::vector<std::string>& paths) {
  std::string lines;
  if (comparison.same_traces) lines = "trace " + trace_text(runs[0]) + "\n";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    lines += comparison.names[i] + " " + paths[i];
    if (!comparison.same_traces) lines += ": " + trace_text(runs[i]);
    lines += "\n";
  }
  return lines;
}

std::string changed_table(const Comparison& comparison, const ScreenStyle& style) {
  if (comparison.changed.empty()) return "the machines are the same\n";
  std::vector<std::string> header = {"machine"};
  header.insert(header.end(), comparison.names.begin(), comparison.names.end());
  TextTable table({header});
  for (const ChangedKey& row : comparison.changed) {
    std::vector<std::string> cells = {row.key};
    for (const std::string& value : row.values)  // a list of thresholds would fill the screen
      cells.push_back(shortened(value, 40));
    table.add_row(std::move(cells));
  }
  return table.text(style);
}

std::string metric_table(const Comparison& comparison, std::size_t m,
                         const std::string& energy_unit, const ScreenStyle& style) {
  const ComparedMetric& metric = compared_metrics()[m];
  const bool ratios = std::string(metric.unit) != "%";
  std::vector<std::string> header = {std::string(metric.label) + ", " +
                                     shown_unit(metric.unit, energy_unit)};
  header.insert(header.end(), comparison.names.begin(), comparison.names.end());
  for (std::size_t run = 1; run < comparison.names.size(); ++run)
    header.push_back(comparison.names[run] + (ratios ? "/" : "-") + comparison.names[0]);
  TextTable table({header});
  const auto add = [&](const ComparedRow& row) {
    const std::vector<Number>& values = row.values[m];
    std::vector<std::string> cells = {row.name};
    for (const Number& value : values) cells.push_back(shown(value, metric.scale, metric.decimals));
    for (std::size_t run = 1; run < values.size(); ++run) {
      Number against = ratio(values[run], values[0]);
      if (!ratios)
        against =
            values[run] && values[0] ? std::optional(*values[run] - *values[0]) : std::nullopt;
      cells.push_back(ratios ? shown(against, 1, 3)
                             : shown(against, metric.scale, metric.decimals));
    }
    table.add_row(std::move(cells));
  };
  for (const ComparedRow& row : comparison.layers) add(row);
  table.add_rule();
  add(comparison.network);
  return table.text(style);
}

}  // namespace

std::string in_words(const Comparison& comparison) {
  std::string words;
  for (std::size_t run = 1; run < comparison.names.size(); ++run) {
    const bool first = run == 1, last = run + 1 == comparison.names.size();
    const std::string cycles = part_of_first(comparison, "cycles", run);
    const std::string energy = part_of_first(comparison, "energy", run);
    if (first)
      words = comparison.names[run] + " takes " + cycles + " of the cycles and " + energy +
              " of the energy of " + comparison.names[0];
    else
      words += (last ? ", and " : ", ") + comparison.names[run] + " " + cycles + " and " + energy;
  }
  return words + ".";
}

std::string compare_screen(const Comparison& comparison, const std::vector<PricedResult>& runs,
                           const std::vector<std::string>& paths, bool layers,
                           const ScreenStyle& style) {
  std::string about = in_words(comparison) + "\n" +
                      "MAC ... other: where the energy went. ports: ifmap and weight elements a "
                      "cycle.\n\n" +
                      runs_list(comparison, runs, paths);
  if (!comparison.same_traces)
    about += "DIFFERENT TRACES: what differs is not the machines' alone\n";
  if (!comparison.same_energy_tables)
    about += "different energy tables, which do not compare; 'peeksim price' prices a run again\n";
  std::string text = machines_table(comparison, runs, style) + "\n" + wrapped(about, 2, style) +
                     "\n" + changed_table(comparison, style);
  for (std::size_t m = 0; layers && m < compared_metrics().size(); ++m)
    text += "\n" + metric_table(comparison, m, runs[0].unit, style);
  return text;
}

}  // namespace peeksim
