#include "sim/sweep/store/database_query.h"

#include "sim/sweep/store/sql.h"

namespace peeksim {

DatabaseQuery::DatabaseQuery(SweepDatabase& database, const std::string& select,
                             const std::vector<std::string>& texts)
    : path_(database.path()) {
  with_sql(path_, [&] {
    statement_ = std::make_unique<SQLite::Statement>(*database.sql_, select);
    for (std::size_t i = 0; i < texts.size(); ++i)
      statement_->bind(static_cast<int>(i) + 1, texts[i]);
  });
}

DatabaseQuery::DatabaseQuery(DatabaseQuery&& other) noexcept = default;

DatabaseQuery::~DatabaseQuery() = default;

bool DatabaseQuery::next() {
  return with_sql(path_, [&] { return statement_->executeStep(); });
}

std::string DatabaseQuery::text(int column) {
  return with_sql(path_, [&] { return statement_->getColumn(column).getString(); });
}

std::int64_t DatabaseQuery::integer(int column) {
  return with_sql(path_, [&] { return statement_->getColumn(column).getInt64(); });
}

double DatabaseQuery::real(int column) {
  return with_sql(path_, [&] { return statement_->getColumn(column).getDouble(); });
}

std::optional<double> DatabaseQuery::optional_real(int column) {
  return with_sql(path_, [&] {
    const SQLite::Column value = statement_->getColumn(column);
    return value.isNull() ? std::nullopt : std::optional(value.getDouble());
  });
}

std::optional<std::int64_t> DatabaseQuery::optional_integer(int column) {
  return with_sql(path_, [&] {
    const SQLite::Column value = statement_->getColumn(column);
    return value.isNull() ? std::nullopt : std::optional<std::int64_t>(value.getInt64());
  });
}

DatabaseSnapshot::DatabaseSnapshot(SweepDatabase& database) {
  with_sql(database.path(),
           [&] { transaction_ = std::make_unique<SQLite::Transaction>(*database.sql_); });
}

DatabaseSnapshot::~DatabaseSnapshot() = default;

}  // namespace peeksim
