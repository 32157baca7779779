// What a sweep's database is asked: a SELECT, row by row. Whoever reads a database asks it this
// way; SQLite itself stays behind it.
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
  // texts: for the question marks of `select`, in order. Throws, as all that follows, Error(config)
  // when the database is damaged. The database outlives the object.
  DatabaseQuery(SweepDatabase& database, const std::string& select,
                const std::vector<std::string>& texts = {});
  DatabaseQuery(DatabaseQuery&& other) noexcept;
  ~DatabaseQuery();

  bool next();  // goes to the next row, the first at first; false behind the last

  // Of the row; columns count from 0. What is NULL is "" and 0.
  std::string text(int column);
  std::int64_t whole(int column);
  double real(int column);
  std::optional<double> number(int column);  // nothing: NULL
  std::optional<std::int64_t> whole_if_any(int column);

 private:
  const std::string& path_;
  std::unique_ptr<SQLite::Statement> statement_;
};

// All queries during its life see the database as it was at one moment: a sweep may be writing.
class DatabaseMoment {
 public:
  explicit DatabaseMoment(SweepDatabase& database);
  ~DatabaseMoment();

 private:
  std::unique_ptr<SQLite::Transaction> transaction_;
};

}  // namespace peeksim
