// The results of a sweep in one SQLite file (docs/sweeps.md). A point is written whole or not at
// all and is known by its key; whatever ends the process, the points that were written stay.
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

constexpr int database_schema_version = 1;  // raised when a reader of the old one would go wrong

enum class DatabaseUse { read, write };

// Whether a file is there and has tables. None has what a sweep leaves that dies as it begins.
// Throws Error(config): no database.
bool has_tables(const std::string& path);

struct PointCounts {
  std::size_t done = 0, failed = 0, pending = 0;
  std::size_t planned() const { return done + failed + pending; }
};

class SweepDatabase {
 public:
  // read: an existing database, also one of an older schema, which may be written meanwhile. write:
  // locks it, and makes it when it is not there. Throws Error(output): in use, read-only, full
  // disk; Error(config): missing, no database of this program, damaged, of a newer schema, to be
  // written and of an older one.
  SweepDatabase(const std::string& path, DatabaseUse use);
  ~SweepDatabase();

  // All of these throw Error(output) when the file cannot be written, Error(config) when damaged.

  // Enters the points that are new, `numbers` of the plan's, as pending; points of an earlier plan
  // that are not in this one and have not run are dropped.
  void enter(SweepPlan& plan, const std::vector<std::size_t>& numbers);

  // Whether a point has to be run: it is pending, or `failed_too` and it failed.
  bool to_run(const std::string& key, bool failed_too);

  // Writes what became of points, all of them or none.
  void write(const std::vector<EndedPoint>& points);

  // Of the points of the latest plan.
  PointCounts counts();

  // Takes over the points of another database that are not here, or not done here. Throws
  // Error(config) when that one is of an older schema.
  void merge(const std::string& other);

  const std::string& path() const { return path_; }

 private:
  friend class DatabaseQuery;  // what readers ask
  friend class DatabaseMoment;

  void open();
  void require_own_schema();
  void require_known_version();
  void make_tables();
  void add_what_is_missing();

  std::string path_;
  DatabaseUse use_;
  bool is_new_ = false;
  std::unique_ptr<DatabaseLock> lock_;
  std::unique_ptr<SQLite::Database> sql_;
  std::unique_ptr<PointWriter> writer_;
};

}  // namespace peeksim
