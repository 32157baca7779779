#include "sim/sweep/store/point_writer.h"

#include <nlohmann/json.hpp>

#include "sim/report/files/json_text.h"
#include "sim/report/files/version.h"
#include "sim/sweep/design/point_key.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

Json objectives_json(const std::vector<Objective>& objectives) {
  Json json = Json::object();
  for (const Objective& objective : objectives)
    json[objective.metric] = objective.maximize ? "max" : "min";
  return json;
}

std::string axes_json(const std::vector<std::pair<std::string, std::string>>& shown) {
  Json json = Json::object();
  for (const auto& [column, text] : shown) json[column] = text;
  return one_line(json);
}

// NULL: unknown.
template <class Value>
void bind_known(SQLite::Statement& statement, int place, const std::optional<Value>& value) {
  if (value)
    statement.bind(place, *value);
  else
    statement.bind(place);
}

template <class Value>
int bind_all(SQLite::Statement& statement, int place,
             const std::vector<std::optional<Value>>& values) {
  for (const std::optional<Value>& value : values) bind_known(statement, place++, value);
  return place;
}

void run_once(SQLite::Statement& statement) {
  statement.exec();
  statement.reset();
}

}  // namespace

PointWriter::PointWriter(SQLite::Database& sql) : sql_(sql), statements_(sql) {}

void PointWriter::enter_traces(SweepPlan& plan) {
  // An earlier version may have entered the trace, without what it did not read.
  SQLite::Statement trace(
      sql_,
      "INSERT INTO traces (sha256, file, network, origin, synthetic, images, unrecorded_macs, "
      "unrecorded) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sha256) DO UPDATE SET "
      "unrecorded_macs = excluded.unrecorded_macs, unrecorded = excluded.unrecorded");
  SQLite::Statement layer(sql_,
                          "INSERT OR IGNORE INTO layers (trace, layer, name, kind) VALUES ((SELECT "
                          "id FROM traces WHERE sha256 = ?), ?, ?, ?)");
  for (const std::unique_ptr<Trace>& one : plan.traces()) {
    const TraceIdentity id = identity_of(*one);
    trace.bind(1, id.sha256);
    trace.bind(2, id.file);
    trace.bind(3, id.network);
    trace.bind(4, id.origin);
    trace.bind(5, id.synthetic ? 1 : 0);
    trace.bind(6, id.images);
    trace.bind(7, id.unrecorded.macs);
    trace.bind(8, id.unrecorded.names);
    run_once(trace);
    const std::vector<Layer> layers = layers_of(one->info());
    for (std::size_t i = 0; i < layers.size(); ++i) {
      layer.bind(1, id.sha256);
      layer.bind(2, static_cast<int>(i));
      layer.bind(3, layers[i].name);
      layer.bind(4, kind_name(layers[i]));
      run_once(layer);
    }
  }
}

void PointWriter::enter_inputs(const SweepPlan& plan) {
  sql_.exec("DELETE FROM inputs");
  SQLite::Statement input(sql_, "INSERT INTO inputs VALUES (?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < plan.spec().machines.size(); ++i) {
    const std::optional<MachineSpec> machine = plan.base_machine(i);
    if (!machine) continue;
    input.bind(1, "machine");
    input.bind(2, static_cast<std::int64_t>(i));
    input.bind(3, plan.spec().machines[i]);
    input.bind(4, machine_text(*machine));
    bind_thresholds(input, 5, *machine);
    run_once(input);
  }
  for (std::size_t i = 0; i < plan.traces().size(); ++i) {
    input.bind(1, "trace");
    input.bind(2, static_cast<std::int64_t>(i));
    input.bind(3, plan.spec().traces[i]);
    input.bind(4, plan.traces()[i]->sha256());
    input.bind(5);
    run_once(input);
  }
}

// Binds the SHA-256 of the machine's channel thresholds, or NULL, and keeps them.
void PointWriter::bind_thresholds(SQLite::Statement& statement, int place,
                                  const MachineSpec& machine) {
  const std::string digest = thresholds_digest(machine.prediction);
  if (digest.empty()) return statement.bind(place);
  SQLite::Statement& thresholds = statements_.thresholds;
  thresholds.bind(1, digest);
  thresholds.bind(2, thresholds_text(machine.prediction));
  run_once(thresholds);
  statement.bind(place, digest);
}

void PointWriter::enter(SweepPlan& plan, const std::vector<std::size_t>& numbers) {
  SQLite::Transaction transaction(sql_, SQLite::TransactionBehavior::IMMEDIATE);
  SQLite::Statement sweep(sql_,
                          "INSERT OR REPLACE INTO sweep (id, name, metrics, objectives, warnings, "
                          "prices) VALUES (1, ?, ?, ?, ?, ?)");
  sweep.bind(1, plan.spec().name);
  sweep.bind(2, one_line(Json(plan.spec().metrics)));
  sweep.bind(3, one_line(objectives_json(plan.spec().objectives)));
  sweep.bind(4, one_line(Json(plan.warnings())));
  sweep.bind(5, one_line(Json(plan.prices())));
  run_once(sweep);
  enter_traces(plan);
  enter_inputs(plan);
  sql_.exec("UPDATE points SET position = NULL");
  SQLite::Statement table(sql_, "INSERT OR IGNORE INTO energy_tables VALUES (?, ?, ?, ?)");
  for (const std::size_t number : numbers) {
    const SweepPoint& point = plan.points()[number];
    const std::string axes = axes_json(plan.shown(point));
    SQLite::Statement& place = statements_.place;
    place.bind(1, static_cast<std::int64_t>(number));
    place.bind(2, axes);
    place.bind(3, point.key);
    const bool there = place.exec() > 0;
    place.reset();
    if (there) continue;
    const MachineSpec machine = plan.machine(point);
    const PricedTable& priced = plan.energy_table(point, machine);
    table.bind(1, priced.sha256);
    table.bind(2, priced.table.name);
    table.bind(3, priced.table.unit);
    table.bind(4, priced.table.source);
    run_once(table);
    SQLite::Statement& enter = statements_.enter;
    enter.bind(1, point.key);
    enter.bind(2, static_cast<std::int64_t>(number));
    enter.bind(3, axes);
    enter.bind(4, machine_text(machine));
    bind_thresholds(enter, 5, machine);
    enter.bind(6, plan.trace(point).sha256());
    enter.bind(7, plan.images(point));
    enter.bind(8, priced.sha256);
    enter.bind(9, std::string(program_version()));
    run_once(enter);
  }
  sql_.exec("DELETE FROM points WHERE status = 'pending' AND position IS NULL");
  transaction.commit();
}

bool PointWriter::to_run(const std::string& key, bool retry_failed) {
  SQLite::Statement& find = statements_.find;
  find.bind(1, key);
  const std::string status = find.executeStep() ? find.getColumn(0).getString() : "";
  find.reset();
  return status == "pending" || (retry_failed && status == "failed");
}

std::int64_t PointWriter::id_of(const std::string& key) {
  statements_.id_of.bind(1, key);
  statements_.id_of.executeStep();
  const std::int64_t id = statements_.id_of.getColumn(0).getInt64();
  statements_.id_of.reset();
  return id;
}

void PointWriter::write(const std::vector<FinishedPoint>& points) {
  SQLite::Transaction transaction(sql_, SQLite::TransactionBehavior::IMMEDIATE);
  for (const FinishedPoint& point : points) {
    const std::int64_t id = id_of(point.key);
    if (point.outcome.failed)
      write_failure(id, point.outcome);
    else
      write_rows(id, point.outcome);
  }
  transaction.commit();
}

void PointWriter::write_failure(std::int64_t id, const JobOutcome& outcome) {
  SQLite::Statement& fail = statements_.fail;
  fail.bind(1, outcome.text);
  fail.bind(2, static_cast<int>(outcome.kind));
  fail.bind(3, outcome.seconds);
  fail.bind(4, id);
  run_once(fail);
}

void PointWriter::write_rows(std::int64_t id, const JobOutcome& outcome) {
  const PointRows rows = deserialize_rows(outcome.text);
  for (const PointRows::OfScope& scope : rows.scopes) {
    SQLite::Statement& totals = statements_.totals;
    totals.bind(1, id);
    totals.bind(2, scope.name);
    totals.bind(3, scope.layers);
    int place = bind_all(totals, 4, scope.metrics);
    place = bind_all(totals, place, scope.counters);
    bind_all(totals, place, scope.energy);
    run_once(totals);
  }
  for (std::size_t i = 0; i < rows.layers.size(); ++i) {
    SQLite::Statement& layer = statements_.layer;
    layer.bind(1, id);
    layer.bind(2, static_cast<int>(i));
    layer.bind(3, rows.layers[i].policy);
    bind_all(layer, 4, rows.layers[i].metrics);
    run_once(layer);
  }
  SQLite::Statement& finish = statements_.finish;
  finish.bind(1, outcome.seconds);
  finish.bind(2, id);
  run_once(finish);
}

}  // namespace peeksim
