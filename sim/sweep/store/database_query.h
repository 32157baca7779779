// Reads a sweep's database: a SELECT, row by row. All readers use it, so that no other file
// includes SQLite.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/sweep/store/sweep_database.h"

namespace SQLite {
class Statement;
class Transaction;
}  // namespace SQLite

namespace peeksim {

class DatabaseQuery {
 public:
  // texts: bound to the question marks of `select`, in order. Throws, as all that follows,
  // Error(config) when the database is damaged. The database outlives the object.
  DatabaseQuery(SweepDatabase& database, const std::string& select,
                const std::vector<std::string>& texts = {});
  DatabaseQuery(DatabaseQuery&& other) noexcept;
  ~DatabaseQuery();

  bool next();  // advances to the first or next row; false after the last

  // Values of the row; columns count from 0. NULL reads as "" or 0.
  std::string text(int column);
  std::int64_t integer(int column);
  double real(int column);
  std::optional<double> optional_real(int column);  // nothing: NULL
  std::optional<std::int64_t> optional_integer(int column);

 private:
  const std::string& path_;
  std::unique_ptr<SQLite::Statement> statement_;
};

// While it exists, all queries see the same snapshot of the database, even if a sweep is writing.
class DatabaseSnapshot {
 public:
  explicit DatabaseSnapshot(SweepDatabase& database);
  ~DatabaseSnapshot();

 private:
  std::unique_ptr<SQLite::Transaction> transaction_;
};

}  // namespace peeksim
