// The database of a sweep's results, one SQLite file (docs/sweeps.md). A point is identified by its
// key and written completely or not at all; written points survive a crash.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/sweep/design/sweep_plan.h"
#include "sim/sweep/store/database_lock.h"
#include "sim/sweep/store/point_rows.h"

namespace SQLite {
class Database;
}

namespace peeksim {

class PointWriter;

constexpr int database_schema_version = 1;  // raised when older readers would misread it

enum class DatabaseUse { read, write };

// Whether the file exists and has tables: a sweep that dies at its start leaves a file without.
// Throws Error(config) when it is not a database.
bool has_tables(const std::string& path);

struct PointCounts {
  std::size_t done = 0, failed = 0, pending = 0;
  std::size_t planned() const { return done + failed + pending; }
};

class SweepDatabase {
 public:
  // read: an existing database, even of an older schema; another process may be writing to it.
  // write: locks it, and creates it if it is missing. Throws Error(output): in use, read-only, full
  // disk; Error(config): missing, not a database of this program, damaged, of a newer schema, or
  // to be written and of an older one.
  SweepDatabase(const std::string& path, DatabaseUse use);
  ~SweepDatabase();

  // All of these throw Error(output) when the file cannot be written, Error(config) when damaged.

  // Adds the new ones among the points `numbers` of the plan, as pending; drops points of an
  // earlier plan that are not in this one and have not run.
  void enter(SweepPlan& plan, const std::vector<std::size_t>& numbers);

  // Whether a point has to be run: it is pending, or `retry_failed` and it failed.
  bool to_run(const std::string& key, bool retry_failed);

  // Writes the outcomes of points in one transaction.
  void write(const std::vector<FinishedPoint>& points);

  // Counts the points of the latest plan.
  PointCounts counts();

  // Imports the points of another database that are missing or not done in this one. Throws
  // Error(config) when that one has an older schema.
  void merge(const std::string& other);

  const std::string& path() const { return path_; }

 private:
  friend class DatabaseQuery;  // reads for all users
  friend class DatabaseSnapshot;

  void open();
  void require_own_schema();
  int require_known_version();  // returns it
  void make_tables();
  void add_missing_columns();

  std::string path_;
  DatabaseUse use_;
  bool is_new_ = false;
  std::unique_ptr<DatabaseLock> lock_;
  std::unique_ptr<SQLite::Database> sql_;
  std::unique_ptr<PointWriter> writer_;
};

}  // namespace peeksim
