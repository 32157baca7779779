// The commands that read a sweep's database: exports, the best points, the Pareto front.
#include <iostream>
#include <memory>

#include "sim/base/error.h"
#include "sim/base/output_file.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/options.h"
#include "sim/cli/shell/terminal.h"
#include "sim/sweep/design/metric.h"
#include "sim/sweep/store/export.h"
#include "sim/sweep/store/pareto.h"
#include "sim/sweep/store/sweep_screens.h"
#include "sim/sweep/store/sweep_tables.h"

namespace peeksim {

namespace {

// A metric with the direction that is given ("max:cycles"), or else its good direction.
Objective objective_of(const std::string& text) {
  const bool minimize = text.rfind("min:", 0) == 0, maximize = text.rfind("max:", 0) == 0;
  const std::string name = minimize || maximize ? text.substr(4) : text;
  try {
    const bool larger_is_better = find_metric(name, {}).larger_is_better;
    return {name, maximize || (larger_is_better && !minimize)};
  } catch (const Error& error) {
    throw Error(ErrorKind::usage, "", error.what());
  }
}

std::string direction(const Objective& objective) {
  return objective.metric + (objective.maximize ? " (largest)" : " (smallest)");
}

// The objectives first, then what else the sweep file shows.
std::vector<std::string> columns_with(const std::vector<Objective>& objectives,
                                      const std::vector<std::string>& metrics) {
  std::vector<std::string> columns;
  for (const Objective& objective : objectives) columns.push_back(objective.metric);
  for (const std::string& metric : metrics) {
    bool there = false;
    for (const std::string& column : columns) there = there || column == metric;
    if (!there) columns.push_back(metric);
  }
  return columns;
}

std::string left_out(SweepDatabase& database) {
  const std::int64_t earlier = earlier_points(database);
  return earlier == 0 ? ""
                      : "\nwithout " + std::to_string(earlier) +
                            " of earlier plans, which the latest sweep file does not have "
                            "(--earlier)";
}

// The output of `best` and `pareto`: a heading, a table and which MACs are missing, or JSON.
void print_rows(const Options& options, SweepDatabase& database, const SweepHead& head,
                const RowQuery& query, const std::vector<const SweepRow*>& found,
                std::size_t max_rows, const std::string& heading) {
  std::vector<SweepRow> rows;
  for (const SweepRow* row : found)
    if (max_rows == 0 || rows.size() < max_rows) rows.push_back(*row);
  if (options.has("json"))
    export_json(rows, {head.name, query}, [](const std::string& text) { std::cout << text; });
  else
    std::cout << heading << (query.only_latest ? left_out(database) : "") << "\n\n"
              << rows_screen(rows, query.columns, screen_style())
              << prices_screen(head, screen_style())
              << incomplete_screen(incomplete_traces(database), screen_style());
}

RowQuery query_for(const Options& options, std::vector<std::string> columns) {
  RowQuery query;
  query.scope = options.text("scope");
  query.columns = std::move(columns);
  query.only_done = true;
  query.only_latest = !options.has("earlier");
  return query;
}

}  // namespace

void sweep_export_command(const std::vector<std::string>& arguments) {
  Options options("peeksim sweep export DB --csv|--json [OPTIONS]",
                  "Prints a row for every point: where it stands on the axes, and its metrics. The "
                  "same points give the same bytes, however they were run.",
                  "peeksim sweep export sweep.db --csv > sweep.csv");
  options.positional("DB", "a database of 'peeksim sweep'");
  options.add()("csv", "a table")("json", "one object per point")(
      "output,o", named("FILE"), "a new file instead of standard output")(
      "force", "replace an existing file");
  add_scope(options);
  options.add()("layers", "a row for every layer of every point")(
      "metrics", named("METRICS"), "these, as A,B,..., instead of the sweep file's")(
      "all", "all metrics and, without --layers, all counters and energies")(
      "times", "the seconds that each point took too");
  if (!options.parse(arguments)) return;
  if (options.has("csv") == options.has("json"))
    throw Error(ErrorKind::usage, "", "export as what?", "give either --csv or --json");
  SweepDatabase database(options.text("DB"), DatabaseUse::read);
  const SweepHead head = read_head(database);
  ExportForm form;
  form.sweep = head.name;
  form.times = options.has("times");
  form.streamed_layers = options.has("all");
  form.query.scope = options.text("scope");
  form.query.by_layer = options.has("layers");
  form.query.columns = options.has("metrics") ? options.names("metrics") : head.metrics;
  if (options.has("all")) {
    form.query.columns.clear();
    for (const ValueColumn& column : form.query.by_layer ? layer_columns() : totals_columns())
      form.query.columns.push_back(column.name);
  }
  const std::vector<SweepRow> rows = read_rows(database, form.query);
  std::unique_ptr<OutputFile> file;
  if (options.has("output"))
    file = std::make_unique<OutputFile>(options.text("output"), options.has("force"));
  const auto write = [&](const std::string& text) {
    if (file)
      file->write(text);
    else
      std::cout << text;
  };
  if (options.has("csv"))
    export_csv(rows, form, write);
  else
    export_json(rows, form, write);
  if (file) file->commit();
}

void sweep_best_command(const std::vector<std::string>& arguments) {
  Options options("peeksim sweep best DB [OPTIONS]", "Prints the best points in one metric.",
                  "peeksim sweep best sweep.db --objective edp --count 5");
  options.positional("DB", "a database of 'peeksim sweep'");
  options.add()("objective", named("METRIC"),
                "a metric, in its good direction, or min:METRIC, max:METRIC; default: the sweep "
                "file's first objective")("count", named<unsigned>("N")->default_value(10),
                                          "how many points; 0: all");
  add_scope(options);
  add_earlier(options);
  options.add()("json", "print them as JSON, as 'peeksim sweep export --json' does");
  if (!options.parse(arguments)) return;
  SweepDatabase database(options.text("DB"), DatabaseUse::read);
  const SweepHead head = read_head(database);
  const Objective objective =
      options.has("objective") ? objective_of(options.text("objective")) : head.objectives.at(0);
  const RowQuery query = query_for(options, columns_with({objective}, head.metrics));
  const std::vector<SweepRow> rows = read_rows(database, query);
  const std::vector<const SweepRow*> best = ranked(rows, 0, objective.maximize);
  print_rows(options, database, head, query, best, options.get<unsigned>("count"),
             head.name + ": best in " + direction(objective) + " of " +
                 std::to_string(best.size()) + " points, " + query.scope);
}

void sweep_pareto_command(const std::vector<std::string>& arguments) {
  Options options("peeksim sweep pareto DB [OPTIONS]",
                  "Prints the points that no other point beats: none is as good in every objective "
                  "and better in one.",
                  "peeksim sweep pareto sweep.db --objectives cycles,energy");
  options.positional("DB", "a database of 'peeksim sweep'");
  options.add()("objectives", named("METRICS"),
                "A,B,...: metrics in their good direction, or min:A, max:B; default: the sweep "
                "file's");
  add_scope(options);
  add_earlier(options);
  options.add()("json", "print them as JSON, as 'peeksim sweep export --json' does");
  if (!options.parse(arguments)) return;
  SweepDatabase database(options.text("DB"), DatabaseUse::read);
  const SweepHead head = read_head(database);
  std::vector<Objective> objectives = head.objectives;
  if (options.has("objectives")) {
    objectives.clear();
    for (const std::string& name : options.names("objectives"))
      objectives.push_back(objective_of(name));
  }
  const RowQuery query = query_for(options, columns_with(objectives, head.metrics));
  const std::vector<SweepRow> rows = read_rows(database, query);
  const std::vector<const SweepRow*> front = pareto_front(rows, objectives);
  std::string heading = head.name + ": " + std::to_string(front.size()) + " of " +
                        std::to_string(rows.size()) + " points that no other beats, " +
                        query.scope + "\nin ";
  for (const Objective& objective : objectives)
    heading += (&objective == &objectives.front() ? "" : ", ") + direction(objective);
  print_rows(options, database, head, query, front, 0, heading);
}

}  // namespace peeksim
