#include "sim/sweep/store/sweep_screens.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "sim/report/files/json_text.h"
#include "sim/report/screens/text_table.h"
#include "sim/report/screens/unrecorded.h"
#include "sim/sweep/store/database_query.h"

namespace peeksim {

namespace {

constexpr std::size_t first_few = 8;
constexpr std::size_t errors_shown = 8;

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string joined(const std::vector<std::string>& words, const char* separator = ", ") {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

// Whole numbers in full, others with six digits.
std::string short_number(double value) {
  char text[64];
  const bool whole = value == std::floor(value) && std::fabs(value) < 9e15;
  std::snprintf(text, sizeof text, whole ? "%.0f" : "%.6g", value);
  return text;
}

}  // namespace

std::string plan_screen(const SweepPlan& plan, const ScreenStyle& style) {
  const SweepSpec& spec = plan.spec();
  std::string out = spec.name + ": " + counted(plan.points().size(), "point");
  if (plan.combinations() != plan.points().size())
    out += " of " + counted(plan.combinations(), "combination");
  out += "\n";
  if (spec.sample.method != "grid")
    out += "sample   " + spec.sample.method + ", " + std::to_string(spec.sample.points) +
           " asked for, seed " + std::to_string(spec.sample.seed) + "\n";
  out += "machine  " + joined(spec.machines) + "\ntrace    " + joined(spec.traces) + ", " +
         (spec.images == 0 ? "all images" : counted(spec.images, "image")) + "\n";
  std::vector<IncompleteTrace> incomplete;
  for (std::size_t i = 0; i < spec.traces.size(); ++i)
    incomplete.push_back({spec.traces[i], plan.traces()[i]->info().unrecorded});
  out += incomplete_screen(incomplete, style);
  for (const Axis& axis : spec.axes)
    out += "axis     " + axis.name + ", " + counted(axis.choices.size(), "choice") + "\n";

  std::vector<std::string> header = {"point"};
  for (const auto& [column, text] : plan.shown(plan.points()[0])) header.push_back(column);
  TextTable table({header});
  for (std::size_t i = 0; i < plan.points().size() && i < first_few; ++i) {
    std::vector<std::string> row = {std::to_string(i)};
    for (const auto& [column, text] : plan.shown(plan.points()[i])) row.push_back(text);
    table.add_row(std::move(row));
  }
  out += "\n" + table.text(style);
  if (plan.points().size() > first_few)
    out += "... and " + std::to_string(plan.points().size() - first_few) + " more\n";
  return out;
}

SweepStatus read_status(SweepDatabase& database) {
  SweepStatus status;
  status.counts = database.counts();
  DatabaseQuery name(database, "SELECT name FROM sweep");
  if (name.next()) status.name = name.text(0);
  DatabaseQuery time(database,
                     "SELECT count(*), sum(seconds), avg(seconds), max(seconds) FROM points "
                     "WHERE status = 'done'");
  if (time.next()) {
    status.timed = time.integer(0);
    status.all_seconds = time.real(1);
    status.mean_seconds = time.real(2);
    status.max_seconds = time.real(3);
  }
  DatabaseQuery earlier(database, "SELECT count(*) FROM points WHERE position IS NULL");
  if (earlier.next()) status.earlier = earlier.integer(0);
  DatabaseQuery errors(database,
                       "SELECT error, count(*), min(position) FROM points WHERE status = 'failed' "
                       "GROUP BY error ORDER BY 2 DESC, 3");
  while (errors.next()) status.errors.emplace_back(errors.text(0), errors.integer(1));
  status.incomplete = incomplete_traces(database);
  return status;
}

std::string incomplete_screen(const std::vector<IncompleteTrace>& traces,
                              const ScreenStyle& style) {
  std::string out;
  for (const IncompleteTrace& trace : traces) {
    const std::string text = unrecorded_text(trace.unrecorded);
    if (!text.empty()) out += trace.file + ": " + text + "\n";
  }
  return wrapped(out, 2, style);
}

std::string status_screen(const SweepStatus& status, const ScreenStyle& style) {
  const PointCounts& counts = status.counts;
  std::string out = status.name.empty() ? "no sweep yet" : status.name;
  out += ": " + counted(counts.planned(), "point") + ", " + std::to_string(counts.done) +
         " done, " + std::to_string(counts.failed) + " failed, " + std::to_string(counts.pending) +
         " to run\n";
  if (status.timed > 0)
    out += "time: " + fixed(status.all_seconds, 1) + " s of processes, " +
           fixed(1000 * status.mean_seconds, 1) + " ms a point, " +
           fixed(1000 * status.max_seconds, 1) + " ms the longest\n";
  if (status.earlier > 0)
    out += std::to_string(status.earlier) +
           " more of earlier plans, which the latest one does not have\n";
  for (std::size_t i = 0; i < status.errors.size() && i < errors_shown; ++i)
    out += "failed: " + std::to_string(status.errors[i].second) + " x " + status.errors[i].first +
           "\n";
  return out + incomplete_screen(status.incomplete, style);
}

std::string status_json(const SweepStatus& status) {
  nlohmann::ordered_json json;
  json["sweep"] = status.name;
  json["points"] = status.counts.planned();
  json["done"] = status.counts.done;
  json["failed"] = status.counts.failed;
  json["to_run"] = status.counts.pending;
  json["earlier"] = status.earlier;
  json["seconds"] = {
      {"all", status.all_seconds}, {"mean", status.mean_seconds}, {"most", status.max_seconds}};
  json["errors"] = nlohmann::ordered_json::array();
  for (const auto& [error, points] : status.errors)
    json["errors"].push_back({{"error", error}, {"points", points}});
  json["incomplete_traces"] = nlohmann::ordered_json::array();
  for (const IncompleteTrace& trace : status.incomplete)
    json["incomplete_traces"].push_back({{"file", trace.file},
                                         {"unrecorded_macs", trace.unrecorded.macs},
                                         {"unrecorded", trace.unrecorded.names}});
  return one_line(json) + "\n";
}

std::string rows_screen(const std::vector<SweepRow>& rows, const std::vector<std::string>& columns,
                        const ScreenStyle& style) {
  std::vector<std::string> header = {"point"};
  const std::vector<std::string> axes = axes_of(rows);
  header.insert(header.end(), axes.begin(), axes.end());
  header.insert(header.end(), columns.begin(), columns.end());
  TextTable table({header});
  for (const SweepRow& row : rows) {
    std::vector<std::string> cells = {(row.position ? std::to_string(*row.position) : "-") +
                                      (row.streamed_layers > 0 ? " *" : "")};
    for (const std::string& axis : axes) cells.push_back(on_axis(row, axis));
    for (const std::optional<double>& value : row.values)
      cells.push_back(value ? short_number(*value) : "-");
    table.add_row(std::move(cells));
  }
  const bool streams = std::any_of(rows.begin(), rows.end(),
                                   [](const SweepRow& row) { return row.streamed_layers > 0; });
  return table.text(style) +
         (streams ? wrapped("* the weights of some layers are streamed, once for every tile: "
                            "prediction changes their weight traffic too\n",
                            2, style)
                  : "");
}

std::string prices_screen(const SweepHead& head, const ScreenStyle& style) {
  std::string out;
  if (!head.prices.empty()) out = "\nprices: " + joined(head.prices, "; ") + "\n";
  for (const std::string& warning : head.warnings) out += "beware: " + warning + "\n";
  return wrapped(out, 2, style);
}

}  // namespace peeksim
