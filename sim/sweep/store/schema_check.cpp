#include "sim/sweep/store/schema_check.h"

#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "sim/base/error.h"
#include "sim/base/lookup.h"
#include "sim/sweep/store/sweep_tables.h"

namespace peeksim {

namespace {

// Name -> type, whether NULL is refused, place in the primary key, whether it is computed.
using Columns = std::map<std::string, std::string>;

struct Table {
  Columns columns;
  std::set<std::string> keys;  // the columns of each unique index, "sha256"
};

std::vector<std::string> texts(SQLite::Database& sql, const char* select,
                               const std::string& argument = "") {
  SQLite::Statement query(sql, select);
  if (!argument.empty()) query.bind(1, argument);
  std::vector<std::string> found;
  while (query.executeStep()) found.push_back(query.getColumn(0).getString());
  return found;
}

Table table(SQLite::Database& sql, const std::string& name) {
  Table found;
  SQLite::Statement columns(sql,
                            "SELECT name, type || ' ' || \"notnull\" || ' ' || pk || ' ' || hidden "
                            "FROM pragma_table_xinfo(?)");
  columns.bind(1, name);
  while (columns.executeStep())
    found.columns[columns.getColumn(0).getString()] = columns.getColumn(1).getString();
  for (const std::string& index :
       texts(sql, "SELECT name FROM pragma_index_list(?) WHERE \"unique\" AND NOT partial", name))
    found.keys.insert(
        texts(sql, "SELECT coalesce(group_concat(name), '') FROM pragma_index_info(?)", index)[0]);
  return found;
}

// A later version may have more metrics and counters.
bool may_have_more(const std::string& name) {
  return name == "totals" || name == "layer_metrics";
}

class Check {
 public:
  Check(SQLite::Database& sql, const std::string& path) : sql_(sql), path_(path) {}

  void run() {
    for (const std::string& object :
         texts(sql_,
               "SELECT type || ' ' || name FROM sqlite_schema WHERE type NOT IN ('table', "
               "'index') OR (type = 'table' AND rootpage = 0) ORDER BY name"))
      fail("it has the " + object + ", which no sweep makes");
    SQLite::Database own(":memory:", SQLite::OPEN_READWRITE);
    own.exec(tables_sql());
    own.exec(inputs_table_sql());
    const std::vector<std::string> there = tables(sql_);
    for (const std::string& name : tables(own)) {
      const bool missing = std::find(there.begin(), there.end(), name) == there.end();
      if (missing && name == "inputs") continue;  // of an earlier version
      if (missing) fail("the table '" + name + "' is missing");
      compare(name, table(own, name), table(sql_, name));
    }
    for (const std::string& name :
         texts(sql_,
               "SELECT \"table\" || ''' refers to a row of ''' || parent FROM "
               "pragma_foreign_key_check LIMIT 1"))
      fail("a row of '" + name + "' that is not there");
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::config, path_, "is damaged: " + what,
                "restore a copy, or start another database");
  }

  static std::vector<std::string> tables(SQLite::Database& sql) {
    return texts(sql, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  }

  void compare(const std::string& name, const Table& own, const Table& found) const {
    const std::vector<ValueColumn> later = later_columns(name);
    for (const auto& [column, kind] : own.columns) {
      const auto same = found.columns.find(column);
      if (same == found.columns.end() && find_row(later, column) != nullptr) continue;
      if (same == found.columns.end())
        fail("the table '" + name + "' has no column '" + column + "'");
      if (same->second != kind)
        fail("the column '" + column + "' of the table '" + name + "' is of another kind");
    }
    for (const auto& [column, kind] : found.columns)
      if (own.columns.count(column) == 0 && !may_have_more(name))
        fail("the table '" + name + "' has the column '" + column + "', which no sweep makes");
    if (own.keys != found.keys) fail("the table '" + name + "' has other keys");
  }

  SQLite::Database& sql_;
  const std::string& path_;
};

}  // namespace

void distrust(SQLite::Database& sql) {
  const auto set = [&](int option, int value) {
    sqlite3_db_config(sql.getHandle(), option, value, nullptr);
  };
  set(SQLITE_DBCONFIG_DEFENSIVE, 1);
  set(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
  set(SQLITE_DBCONFIG_ENABLE_TRIGGER, 0);
  set(SQLITE_DBCONFIG_ENABLE_VIEW, 0);
  sqlite3_exec(sql.getHandle(), "PRAGMA cell_size_check = ON", nullptr, nullptr, nullptr);
}

void require_own_tables(SQLite::Database& sql, const std::string& path) {
  Check(sql, path).run();
}

}  // namespace peeksim
