#include "sim/report/screens/compare_screen.h"

#include "sim/report/screens/text_table.h"

namespace peeksim {

namespace {

std::string shown(const Number& value, double scale, int decimals) {
  return fixed_or_dash(value.has_value(), value.value_or(0) * scale, decimals);
}

// "B against A: cycles 0.912, energy 1.034", a line for each run after the first.
std::string summary(const Comparison& comparison) {
  std::string lines;
  for (std::size_t run = 1; run < comparison.names.size(); ++run) {
    lines += comparison.names[run] + " / " + comparison.names[0] + ":";
    std::string separator = " ";
    for (std::size_t m = 0; m < compared_metrics().size(); ++m) {
      const std::vector<Number>& values = comparison.network.values[m];
      const Number over = ratio(values[run], values[0]);
      const ComparedMetric& metric = compared_metrics()[m];
      if (std::string(metric.unit) == "%") continue;
      lines +=
          separator + metric.label + " " + fixed_or_dash(over.has_value(), over.value_or(0), 3);
      separator = ", ";
    }
    lines += "\n";
  }
  return lines;
}

std::string runs_table(const Comparison& comparison, const std::vector<PricedResult>& runs,
                       const std::vector<std::string>& paths) {
  std::string lines;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const RunResult& result = runs[i].result;
    const Number& area = runs[i].network.machine.total_area;
    lines += comparison.names[i] + "  " + paths[i] + ": " + result.machine.name + ", " +
             result.trace.network + " (" + result.trace.file + ", sha256 " +
             result.trace.sha256.substr(0, 12) + ", " + std::to_string(result.trace.images) +
             (result.trace.images == 1 ? " image)" : " images)") +
             (result.trace.synthetic ? ", SYNTHETIC TRACE" : "") +
             (area ? ", " + fixed(*area, 3) + " mm2" : "") + "\n";
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
                                     shown_unit(metric, energy_unit)};
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

std::string compare_screen(const Comparison& comparison, const std::vector<PricedResult>& runs,
                           const std::vector<std::string>& paths, const ScreenStyle& style) {
  std::string about = summary(comparison) + "\n" + runs_table(comparison, runs, paths);
  if (!comparison.same_traces)
    about += "DIFFERENT TRACES: what differs is not the machines' alone\n";
  if (!comparison.same_energy_tables)
    about += "different energy tables, which do not compare; 'peeksim price' prices a run anew\n";
  std::string text = wrapped(about, 2, style) + "\n" + changed_table(comparison, style);
  for (std::size_t m = 0; m < compared_metrics().size(); ++m)
    text += "\n" + metric_table(comparison, m, runs[0].unit, style);
  return text;
}

}  // namespace peeksim
