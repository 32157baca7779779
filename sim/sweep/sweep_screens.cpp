#include "sim/sweep/sweep_screens.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <cmath>
#include <cstdio>

#include "sim/report/text_table.h"
#include "sim/sweep/sql.h"

namespace peeksim {

namespace {

constexpr std::size_t first_few = 8;
constexpr int errors_shown = 8;

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// Counts whole, all else with six digits.
std::string short_number(double value) {
  char text[64];
  const bool whole = value == std::floor(value) && std::fabs(value) < 9e15;
  std::snprintf(text, sizeof text, whole ? "%.0f" : "%.6g", value);
  return text;
}

}  // namespace

std::string plan_screen(const SweepPlan& plan) {
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
  out += "\n" + table.text();
  if (plan.points().size() > first_few)
    out += "... and " + std::to_string(plan.points().size() - first_few) + " more\n";
  return out;
}

std::string status_screen(SweepDatabase& database) {
  return with_sql(database.path(), [&] {
    const PointCounts counts = database.counts();
    SQLite::Statement name(database.sql(), "SELECT name FROM sweep");
    std::string out = name.executeStep() ? name.getColumn(0).getString() : "no sweep yet";
    out += ": " + counted(counts.planned(), "point") + ", " + std::to_string(counts.done) +
           " done, " + std::to_string(counts.failed) + " failed, " +
           std::to_string(counts.pending) + " to run\n";
    SQLite::Statement time(database.sql(),
                           "SELECT count(*), sum(seconds), avg(seconds), max(seconds) FROM points "
                           "WHERE status = 'done'");
    if (time.executeStep() && time.getColumn(0).getInt64() > 0)
      out += "time: " + fixed(time.getColumn(1).getDouble(), 1) + " s of processes, " +
             fixed(1000 * time.getColumn(2).getDouble(), 1) + " ms a point, " +
             fixed(1000 * time.getColumn(3).getDouble(), 1) + " ms the longest\n";
    SQLite::Statement earlier(database.sql(), "SELECT count(*) FROM points WHERE position IS NULL");
    if (earlier.executeStep() && earlier.getColumn(0).getInt64() > 0)
      out += std::to_string(earlier.getColumn(0).getInt64()) +
             " more of earlier plans, which the latest one does not have\n";
    SQLite::Statement errors(database.sql(),
                             "SELECT error, count(*), min(position) FROM points WHERE status = "
                             "'failed' GROUP BY error ORDER BY 2 DESC, 3 LIMIT ?");
    errors.bind(1, errors_shown);
    while (errors.executeStep())
      out += "failed: " + std::to_string(errors.getColumn(1).getInt64()) + " x " +
             errors.getColumn(0).getString() + "\n";
    return out;
  });
}

std::string rows_screen(const std::vector<const SweepRow*>& rows,
                        const std::vector<std::string>& columns, std::size_t most) {
  std::vector<SweepRow> shown;
  for (const SweepRow* row : rows)
    if (most == 0 || shown.size() < most) shown.push_back(*row);
  std::vector<std::string> header = {"point"};
  const std::vector<std::string> axes = axes_of(shown);
  header.insert(header.end(), axes.begin(), axes.end());
  header.insert(header.end(), columns.begin(), columns.end());
  TextTable table({header});
  for (const SweepRow& row : shown) {
    std::vector<std::string> cells = {row.position ? std::to_string(*row.position) : "-"};
    for (const std::string& axis : axes) cells.push_back(on_axis(row, axis));
    for (const std::optional<double>& value : row.values)
      cells.push_back(value ? short_number(*value) : "-");
    table.add_row(std::move(cells));
  }
  return table.text();
}

}  // namespace peeksim
