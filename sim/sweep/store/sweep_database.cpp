// Opens the file and checks that it is ours, undamaged, and has all tables.
#include "sim/sweep/store/sweep_database.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>

#include "sim/base/paths.h"
#include "sim/sweep/store/database_query.h"
#include "sim/sweep/store/merge_sql.h"
#include "sim/sweep/store/point_writer.h"
#include "sim/sweep/store/schema_check.h"
#include "sim/sweep/store/sql.h"
#include "sim/sweep/store/sweep_tables.h"

namespace peeksim {

namespace {

constexpr int application_id = 0x7065656b;  // "peek"
constexpr int busy_ms = 10000;              // wait for a reader to finish

}  // namespace

bool has_tables(const std::string& path) {
  if (look_at(path).kind == PathKind::nothing) return false;
  return with_sql(path, [&] {
    SQLite::Database sql(sqlite_file_path(path), SQLite::OPEN_READONLY);
    distrust(sql);
    return sql.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() > 0;
  });
}

SweepDatabase::SweepDatabase(const std::string& path, DatabaseUse use) : path_(path), use_(use) {
  const PathState state = look_at(path);
  is_new_ = !state.is_there();
  if (is_new_ && use == DatabaseUse::read)
    throw Error(ErrorKind::config, path, "cannot be read: " + state.reason,
                "give the database of a sweep");
  if (!is_new_ && state.kind != PathKind::file)
    throw Error(use == DatabaseUse::read ? ErrorKind::config : ErrorKind::output, path,
                "is not a plain file", "name another file");
  if (use == DatabaseUse::read && ::access(path.c_str(), R_OK) != 0)
    throw cannot_open(ErrorKind::config, path, "check its permissions");
  if (state.kind == PathKind::unknown)
    throw Error(ErrorKind::output, path, "cannot be written: " + state.reason,
                "name another database");
  if (use == DatabaseUse::write) lock_ = std::make_unique<DatabaseLock>(path);
  with_sql(path_, [&] { open(); });
}

SweepDatabase::~SweepDatabase() {
  writer_.reset();
  if (sql_ == nullptr || use_ == DatabaseUse::read) return;
  // Back to a single file, which can be copied and read anywhere; fails harmlessly while it is
  // read.
  sqlite3_exec(sql_->getHandle(), "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
}

void SweepDatabase::open() {
  const int flags = use_ == DatabaseUse::read
                        ? SQLite::OPEN_READONLY | SQLite::OPEN_URI
                        : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_URI;
  sql_ = std::make_unique<SQLite::Database>(sqlite_file_path(path_), flags, busy_ms);
  distrust(*sql_);
  // A file without tables counts as new: a full disk, an early crash, or mktemp leaves one.
  is_new_ = sql_->execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0 &&
            sql_->execAndGet("PRAGMA application_id").getInt() == 0;
  if (is_new_ && use_ == DatabaseUse::read)
    throw Error(ErrorKind::config, path_, "is empty: its sweep ended before it had begun",
                "run the sweep again; it goes on with this database");
  if (!is_new_) require_own_schema();
  if (use_ == DatabaseUse::read) return;
  // A write-ahead log needs no wait for the disk, and written points survive a crash of the
  // process.
  sql_->execAndGet("PRAGMA journal_mode = WAL");
  sql_->exec("PRAGMA synchronous = NORMAL");
  if (is_new_) make_tables();
  add_missing_columns();
  writer_ = std::make_unique<PointWriter>(*sql_);
}

void SweepDatabase::require_own_schema() {
  if (sql_->execAndGet("PRAGMA application_id").getInt() != application_id)
    throw Error(ErrorKind::config, path_, "is not a database of sweep results",
                "name another file");
  if (require_known_version() == database_schema_version) require_own_tables(*sql_, path_);
  if (use_ == DatabaseUse::read) return;
  const std::string state = sql_->execAndGet("PRAGMA quick_check(1)").getString();
  if (state != "ok")
    throw Error(ErrorKind::config, path_, "is damaged: " + state, "start another database");
}

// An older database can be read, with unknown values; writing would mix two schemas.
int SweepDatabase::require_known_version() {
  const int version = sql_->execAndGet("PRAGMA user_version").getInt();
  const std::string has = "has schema version " + std::to_string(version) + ", ";
  const std::string own = std::to_string(database_schema_version);
  if (version > database_schema_version)
    throw Error(ErrorKind::config, path_, has + "and this program reads " + own,
                "use the newer program that wrote it");
  if (version < database_schema_version && use_ == DatabaseUse::write)
    throw Error(ErrorKind::config, path_,
                has + "which is older, and this program writes " + own + ": it can only be read",
                "name another database for new points; 'peeksim sweep export' has the old ones");
  return version;
}

void SweepDatabase::make_tables() {
  SQLite::Transaction transaction(*sql_, SQLite::TransactionBehavior::IMMEDIATE);
  sql_->exec(tables_sql());
  sql_->exec("PRAGMA application_id = " + std::to_string(application_id));
  sql_->exec("PRAGMA user_version = " + std::to_string(database_schema_version));
  transaction.commit();
}

// Adds tables and columns that are newer than the database.
void SweepDatabase::add_missing_columns() {
  sql_->exec(inputs_table_sql());
  for (const auto& [table, columns] : later_columns()) {
    const std::vector<ValueColumn> there = existing_columns(*this, "main", table, columns);
    for (const ValueColumn& column : columns)
      if (std::none_of(there.begin(), there.end(),
                       [&](const ValueColumn& known) { return known.name == column.name; }))
        sql_->exec("ALTER TABLE " + table + " ADD COLUMN " + column.name + " " + column.type);
  }
}

void SweepDatabase::enter(SweepPlan& plan, const std::vector<std::size_t>& numbers) {
  with_sql(path_, [&] { writer_->enter(plan, numbers); });
}

bool SweepDatabase::to_run(const std::string& key, bool retry_failed) {
  return with_sql(path_, [&] { return writer_->to_run(key, retry_failed); });
}

void SweepDatabase::write(const std::vector<FinishedPoint>& points) {
  with_sql(path_, [&] { writer_->write(points); });
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

void SweepDatabase::merge(const std::string& other) {
  {
    SweepDatabase readable(other, DatabaseUse::read);
    DatabaseQuery version(readable, "PRAGMA user_version");
    if (version.next() && version.integer(0) < database_schema_version)
      throw Error(ErrorKind::config, other,
                  "has schema version " + version.text(0) +
                      ", which is older: its points cannot stand beside those of " +
                      std::to_string(database_schema_version),
                  "'peeksim sweep export' reads it");
  }
  if (same_file(other, path_)) return;  // its points are here
  with_sql(path_, [&] {
    SQLite::Statement attach(*sql_, "ATTACH ? AS other");
    attach.bind(1, "file:" + sqlite_uri_path(sqlite_file_path(other)) + "?mode=ro");
    attach.exec();
    {
      SQLite::Transaction transaction(*sql_, SQLite::TransactionBehavior::IMMEDIATE);
      sql_->exec(merge_sql(*this));
      transaction.commit();
    }
    sql_->exec("DETACH other");
  });
}

}  // namespace peeksim
