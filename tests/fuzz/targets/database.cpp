// The database of a sweep, opened and read by all that shows or exports it. An input is the bytes
// of the file. Most changes to the bytes of a database make it one that SQLite refuses, so that
// half of the inputs are made from others by SQL: a value in any column becomes another.
#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "sim/page/sweep_page.h"
#include "sim/sweep/store/export.h"
#include "sim/sweep/store/pareto.h"
#include "sim/sweep/store/sweep_database.h"
#include "sim/sweep/store/sweep_screens.h"
#include "sim/sweep/store/sweep_sources.h"
#include "sim/sweep/store/sweep_tables.h"
#include "tests/fuzz/fuzz.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace peeksim {

namespace {

// Texts that a column may hold by mistake.
const char* const texts[] = {
    "",           "null",      "{}",      "[]",      "[1]",          "\"x\"",
    "{\"a\": 1}", "done",      "failed",  "pending", "network",      "conv",
    "array:",     "name: x\n", "machine", "cycles",  "[\"cycles\"]", "{\"cycles\": \"min\"}"};
const double reals[] = {-1, 0.5, 1e308, 9.3e18};
const std::int64_t integers[] = {0, -1, 1, 2, 1000, 2147483648, INT64_MAX, INT64_MIN};

std::vector<std::string> names(SQLite::Database& sql, const std::string& query) {
  std::vector<std::string> found;
  SQLite::Statement statement(sql, query);
  while (statement.executeStep()) found.push_back(statement.getColumn(0).getString());
  return found;
}

template <class List>
std::size_t any_of(const List& list, std::minstd_rand& random) {
  return random() % std::size(list);
}

void bind_some_value(SQLite::Statement& change, std::minstd_rand& random) {
  switch (random() % 4) {
    case 0:
      return change.bind(1);  // NULL
    case 1:
      return change.bind(1, texts[any_of(texts, random)]);
    case 2:
      return change.bind(1, reals[any_of(reals, random)]);
    default:
      return change.bind(1, integers[any_of(integers, random)]);
  }
}

void change_a_value(SQLite::Database& sql, std::minstd_rand& random) {
  const auto tables = names(sql, "SELECT name FROM sqlite_schema WHERE type = 'table'");
  if (tables.empty()) return;
  const std::string& table = tables[any_of(tables, random)];
  if (random() % 8 == 0) {
    sql.exec("DELETE FROM \"" + table + "\" WHERE rowid % 2");
    return;
  }
  const auto columns = names(sql, "SELECT name FROM pragma_table_info('" + table + "')");
  if (columns.empty()) return;
  SQLite::Statement change(sql, "UPDATE OR IGNORE \"" + table + "\" SET \"" +
                                    columns[any_of(columns, random)] + "\" = ?" +
                                    (random() % 2 ? "" : " WHERE rowid % 2"));
  bind_some_value(change, random);
  change.exec();
}

}  // namespace

void read_input(const std::string& bytes) {
  SweepDatabase database(written_file("sweep.db", bytes), DatabaseUse::read);
  const auto ignore = [](const std::string&) {};
  status_json(read_status(database));
  for (const bool by_layer : {false, true}) {
    RowQuery query;
    query.by_layer = by_layer;
    query.columns = {"cycles", "energy", "speed_up"};
    const std::vector<SweepRow> rows = read_rows(database, query);
    export_csv(rows, {"sweep", query, true}, ignore);
    export_json(rows, {"sweep", query, true}, ignore);
    pareto_front(rows, {{"cycles", false}, {"speed_up", true}});
    ranked(rows, 0, false);
  }
  ended_points(database, true);
  const SweepReading reading = read_sweep(database, sweep_page_query("network", true));
  if (!reading.sources.points.empty()) sweep_page(reading, "network");
}

}  // namespace peeksim

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  std::minstd_rand random(seed);
  if (random() % 2) return LLVMFuzzerMutate(data, size, max_size);
  try {
    const std::string path =
        peeksim::written_file("changed.db", {reinterpret_cast<const char*>(data), size});
    SQLite::Database sql(path, SQLite::OPEN_READWRITE);
    sql.exec("PRAGMA journal_mode = MEMORY");
    sql.exec("PRAGMA ignore_check_constraints = ON");
    for (unsigned i = 0; i <= random() % 3; ++i) peeksim::change_a_value(sql, random);
    sqlite3_int64 changed = 0;
    const std::unique_ptr<unsigned char, void (*)(void*)> bytes(
        sqlite3_serialize(sql.getHandle(), "main", &changed, 0), sqlite3_free);
    if (bytes == nullptr || static_cast<std::size_t>(changed) > max_size) return size;
    std::memcpy(data, bytes.get(), static_cast<std::size_t>(changed));
    return static_cast<std::size_t>(changed);
  } catch (const SQLite::Exception&) {  // the bytes are no database
    return LLVMFuzzerMutate(data, size, max_size);
  }
}
