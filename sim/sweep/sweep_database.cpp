#include "sim/sweep/sweep_database.h"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "sim/report/summary.h"
#include "sim/report/version.h"
#include "sim/sweep/metric.h"
#include "sim/sweep/point_key.h"
#include "sim/sweep/sql.h"
#include "sim/sweep/sweep_tables.h"

namespace fs = std::filesystem;

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

constexpr int application_id = 0x7065656b;  // "peek"
constexpr int busy_ms = 10000;              // a reader may be in the middle of something

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json objectives_json(const std::vector<Objective>& objectives) {
  Json json = Json::object();
  for (const Objective& objective : objectives)
    json[objective.metric] = objective.largest ? "max" : "min";
  return json;
}

std::string axes_json(const std::vector<std::pair<std::string, std::string>>& shown) {
  Json json = Json::object();
  for (const auto& [column, text] : shown) json[column] = text;
  return dump(json);
}

int add_metrics(SQLite::Statement& statement, int place, const MetricInput& input) {
  for (const Metric& metric : metrics()) statement.bind(place++, metric.value(input));
  return place;
}

int add_counters(SQLite::Statement& statement, int place, const Counters& counters) {
  for_each_counter(counters, [&](const char*, const char*, Count value) {
    statement.bind(place++, static_cast<std::int64_t>(value));
  });
  return place;
}

void run_once(SQLite::Statement& statement) {
  statement.exec();
  statement.reset();
}

}  // namespace

struct SweepDatabase::Statements {
  explicit Statements(SQLite::Database& sql)
      : find(sql, "SELECT status FROM points WHERE key = ?"),
        id_of(sql, "SELECT id FROM points WHERE key = ?"),
        enter(
            sql,
            "INSERT INTO points (key, position, status, axes, machine, thresholds, trace, images, "
            "energy_table, version) VALUES (?, ?, 'pending', ?, ?, ?, (SELECT id FROM traces "
            "WHERE sha256 = ?), ?, ?, ?)"),
        place(sql, "UPDATE points SET position = ?, axes = ? WHERE key = ?"),
        fail(
            sql,
            "UPDATE points SET status = 'failed', error = ?, exit_code = ?, seconds = ? WHERE id = "
            "?"),
        finish(sql,
               "UPDATE points SET status = 'done', error = NULL, exit_code = NULL, seconds = ? "
               "WHERE id = ?"),
        totals(sql, "INSERT OR REPLACE INTO totals (point, scope, layers, " +
                        names_of(totals_columns()) + ") VALUES (?, ?, ?, " +
                        places_of(totals_columns()) + ")"),
        layer(sql, "INSERT OR REPLACE INTO layer_metrics (point, layer, policy, " +
                       names_of(layer_columns()) + ") VALUES (?, ?, ?, " +
                       places_of(layer_columns()) + ")") {}

  SQLite::Statement find, id_of, enter, place, fail, finish, totals, layer;
};

SweepDatabase::SweepDatabase(const std::string& path, DatabaseUse use) : path_(path), use_(use) {
  std::error_code none;
  is_new_ = !fs::exists(path, none);
  if (is_new_ && use == DatabaseUse::read)
    throw Error(ErrorKind::config, path, "cannot be read: there is no such file",
                "give the database of a sweep");
  if (!is_new_ && !fs::is_regular_file(path, none))
    throw Error(ErrorKind::output, path, "is not a plain file", "name another file");
  if (use == DatabaseUse::write) lock_ = std::make_unique<DatabaseLock>(path);
  with_sql(path_, [&] { open(); });
}

SweepDatabase::~SweepDatabase() {
  statements_.reset();
  if (sql_ == nullptr || use_ == DatabaseUse::read) return;
  // One file again, that can be copied and read anywhere. With a reader around it stays as it is.
  sqlite3_exec(sql_->getHandle(), "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
}

void SweepDatabase::open() {
  const int flags = use_ == DatabaseUse::read
                        ? SQLite::OPEN_READONLY | SQLite::OPEN_URI
                        : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_URI;
  sql_ = std::make_unique<SQLite::Database>(path_, flags, busy_ms);
  // A file without a table is a new one: what a full disk, a crash at the start, or mktemp leaves.
  is_new_ = sql_->execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0 &&
            sql_->execAndGet("PRAGMA application_id").getInt() == 0;
  if (!is_new_ || use_ == DatabaseUse::read) require_own_schema();
  if (use_ == DatabaseUse::read) return;
  // Appending to a log that is folded in later costs no wait for the disk, and whatever kills the
  // process, a point that was written stays.
  sql_->execAndGet("PRAGMA journal_mode = WAL");
  sql_->exec("PRAGMA synchronous = NORMAL");
  if (is_new_) make_tables();
  add_missing_columns();
  statements_ = std::make_unique<Statements>(*sql_);
}

void SweepDatabase::require_own_schema() {
  if (sql_->execAndGet("PRAGMA application_id").getInt() != application_id)
    throw Error(ErrorKind::config, path_, "is not a database of sweep results",
                "name another file");
  const int version = sql_->execAndGet("PRAGMA user_version").getInt();
  if (version != database_schema_version)
    throw Error(ErrorKind::config, path_,
                "has schema version " + std::to_string(version) + ", and this program reads " +
                    std::to_string(database_schema_version),
                version > database_schema_version ? "use the newer program that wrote it"
                                                  : "use the program that wrote it");
  if (use_ == DatabaseUse::read) return;
  const std::string state = sql_->execAndGet("PRAGMA quick_check(1)").getString();
  if (state != "ok")
    throw Error(ErrorKind::config, path_, "is damaged: " + state, "start another database");
}

void SweepDatabase::make_tables() {
  SQLite::Transaction transaction(*sql_, SQLite::TransactionBehavior::IMMEDIATE);
  sql_->exec(tables_sql());
  sql_->exec("PRAGMA application_id = " + std::to_string(application_id));
  sql_->exec("PRAGMA user_version = " + std::to_string(database_schema_version));
  transaction.commit();
}

// Metrics and counters that came to the program after the database was made.
void SweepDatabase::add_missing_columns() {
  for (const auto& [table, columns] :
       {std::pair("totals", totals_columns()), std::pair("layer_metrics", layer_columns())}) {
    const std::vector<ValueColumn> there = columns_there(*sql_, "main", table, columns);
    for (const ValueColumn& column : columns)
      if (std::none_of(there.begin(), there.end(),
                       [&](const ValueColumn& known) { return known.name == column.name; }))
        sql_->exec(std::string("ALTER TABLE ") + table + " ADD COLUMN " + column.name + " " +
                   column.type);
  }
}

void SweepDatabase::enter_traces(SweepPlan& plan) {
  SQLite::Statement trace(*sql_,
                          "INSERT OR IGNORE INTO traces (sha256, file, network, origin, synthetic, "
                          "images) VALUES (?, ?, ?, ?, ?, ?)");
  SQLite::Statement layer(*sql_,
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

void SweepDatabase::enter(SweepPlan& plan, const std::vector<std::size_t>& numbers) {
  with_sql(path_, [&] {
    SQLite::Transaction transaction(*sql_, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement sweep(*sql_, "INSERT OR REPLACE INTO sweep VALUES (1, ?, ?, ?)");
    sweep.bind(1, plan.spec().name);
    sweep.bind(2, dump(Json(plan.spec().metrics)));
    sweep.bind(3, dump(objectives_json(plan.spec().objectives)));
    run_once(sweep);
    enter_traces(plan);
    sql_->exec("UPDATE points SET position = NULL");
    SQLite::Statement table(*sql_, "INSERT OR IGNORE INTO energy_tables VALUES (?, ?, ?, ?)");
    SQLite::Statement thresholds(*sql_, "INSERT OR IGNORE INTO thresholds VALUES (?, ?)");
    for (const std::size_t number : numbers) {
      const SweepPoint& point = plan.points()[number];
      const std::string axes = axes_json(plan.shown(point));
      SQLite::Statement& place = statements_->place;
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
      SQLite::Statement& enter = statements_->enter;
      enter.bind(1, point.key);
      enter.bind(2, static_cast<std::int64_t>(number));
      enter.bind(3, axes);
      enter.bind(4, machine_text(machine));
      const std::string digest = thresholds_digest(machine.prediction);
      if (digest.empty()) {
        enter.bind(5);
      } else {
        thresholds.bind(1, digest);
        thresholds.bind(2, thresholds_text(machine.prediction));
        run_once(thresholds);
        enter.bind(5, digest);
      }
      enter.bind(6, plan.trace(point).sha256());
      enter.bind(7, plan.images(point));
      enter.bind(8, priced.sha256);
      enter.bind(9, std::string(program_version()));
      run_once(enter);
    }
    sql_->exec("DELETE FROM points WHERE status = 'pending' AND position IS NULL");
    transaction.commit();
  });
}

bool SweepDatabase::to_run(const std::string& key, bool failed_too) {
  return with_sql(path_, [&] {
    SQLite::Statement& find = statements_->find;
    find.bind(1, key);
    const std::string status = find.executeStep() ? find.getColumn(0).getString() : "";
    find.reset();
    return status == "pending" || (failed_too && status == "failed");
  });
}

std::int64_t SweepDatabase::id_of(const std::string& key) {
  statements_->id_of.bind(1, key);
  statements_->id_of.executeStep();
  const std::int64_t id = statements_->id_of.getColumn(0).getInt64();
  statements_->id_of.reset();
  return id;
}

void SweepDatabase::write_failure(const std::string& key, const PointOutcome& outcome) {
  with_sql(path_, [&] {
    SQLite::Statement& fail = statements_->fail;
    fail.bind(1, outcome.error);
    fail.bind(2, static_cast<int>(outcome.kind));
    fail.bind(3, outcome.seconds);
    fail.bind(4, id_of(key));
    run_once(fail);
  });
}

void SweepDatabase::write(const std::string& key, const PointOutcome& outcome,
                          const EnergyTable& table) {
  with_sql(path_, [&] {
    SQLite::Transaction transaction(*sql_, SQLite::TransactionBehavior::IMMEDIATE);
    const std::int64_t id = id_of(key);
    const RunResult& result = outcome.result;
    const EnergyRates rates = rates_for(table, result.machine);
    for (const Scope& scope : scopes(result)) {
      SQLite::Statement& totals = statements_->totals;
      totals.bind(1, id);
      totals.bind(2, scope.name);
      totals.bind(3, scope.layers);
      int place = add_metrics(totals, 4, {scope.counters, result.machine, table, rates});
      place = add_counters(totals, place, scope.counters.machine);
      add_counters(totals, place, scope.counters.dense);
      run_once(totals);
    }
    for (std::size_t i = 0; i < result.layers.size(); ++i) {
      SQLite::Statement& layer = statements_->layer;
      layer.bind(1, id);
      layer.bind(2, static_cast<int>(i));
      layer.bind(3, result.layers[i].policy);
      add_metrics(layer, 4, {result.layers[i].counters, result.machine, table, rates});
      run_once(layer);
    }
    SQLite::Statement& finish = statements_->finish;
    finish.bind(1, outcome.seconds);
    finish.bind(2, id);
    run_once(finish);
    transaction.commit();
  });
}

PointCounts SweepDatabase::counts() {
  return with_sql(path_, [&] {
    PointCounts counts;
    SQLite::Statement query(
        *sql_, "SELECT status, count(*) FROM points WHERE position IS NOT NULL GROUP BY status");
    while (query.executeStep()) {
      const std::string status = query.getColumn(0).getString();
      const auto number = static_cast<std::size_t>(query.getColumn(1).getInt64());
      (status == "done"     ? counts.done
       : status == "failed" ? counts.failed
                            : counts.pending) = number;
    }
    return counts;
  });
}

}  // namespace peeksim
