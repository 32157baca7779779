// Databases that call themselves ours and are not, or are no longer: whatever is done with them
// ends in an error that says "damaged", and soon.
#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>

#include "sim/sweep/store/export.h"
#include "sim/sweep/store/sweep_screens.h"
#include "sim/sweep/store/sweep_sources.h"
#include "tests/sweep/sample.h"

using namespace peeksim;

namespace {

const std::string axes = "axes: {array.rows: [2, 4]}\n";

// The error of some work, without the folder's name; "no error".
template <class Work>
std::string error_of(const SweepFolder& folder, const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::config);
    std::string text = error.what();
    const std::string place = folder.files.path("");
    for (std::size_t at = 0; (at = text.find(place)) != text.npos;) text.erase(at, place.size());
    return text;
  }
  return "no error";
}

// All that reads a database.
void read_everything(const std::string& path) {
  SweepDatabase database(path, DatabaseUse::read);
  status_screen(read_status(database), {});
  const SweepHead head = read_head(database);
  RowQuery query;
  query.columns = head.metrics;
  read_sweep(database, query);
  query.by_layer = true;
  query.columns = {"cycles"};
  ExportForm form;
  form.query = query;
  export_json(read_rows(database, query), form, [](const std::string&) {});
}

void go_on_writing(const SweepFolder& folder, const std::string& path) {
  SweepPlan plan = folder.plan(axes);
  SweepDatabase database(path, DatabaseUse::write);
  run_sweep(plan, database, {});
}

void merge_from(const SweepFolder& folder, const std::string& path) {
  SweepDatabase database(folder.files.path("joined.db"), DatabaseUse::write);
  database.merge(path);
}

struct Damage {
  const char* sql;
  const char* part;  // of the error
};

const std::vector<Damage> damages = {
    {"DROP TABLE layers", "is damaged: the table 'layers' is missing"},
    {"DROP TABLE totals", "is damaged: the table 'totals' is missing"},
    {"DROP TABLE points; CREATE VIEW points AS SELECT 1",
     "is damaged: it has the view points, which no sweep makes"},
    {"CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT * FROM n",
     "is damaged: it has the view v"},
    {"CREATE TRIGGER t AFTER UPDATE ON points BEGIN DELETE FROM points; END",
     "is damaged: it has the trigger t"},
    {"CREATE VIRTUAL TABLE text USING fts5(word)", "is damaged: it has the table text"},
    {"ALTER TABLE points DROP COLUMN seconds",
     "is damaged: the table 'points' has no column 'seconds'"},
    {"ALTER TABLE points ADD COLUMN more TEXT",
     "is damaged: the table 'points' has the column 'more', which no sweep makes"},
    {"ALTER TABLE inputs ADD COLUMN more TEXT", "the table 'inputs' has the column 'more'"},
    {"ALTER TABLE traces ADD COLUMN twice INTEGER AS (2 * images)",
     "the table 'traces' has the column 'twice'"},
    {"DROP TABLE sweep; CREATE TABLE sweep (id, name, metrics, objectives)",
     "is damaged: the column 'id' of the table 'sweep' is of another kind"},
    {"PRAGMA foreign_keys = OFF; DELETE FROM traces",
     "is damaged: a row of 'layers' refers to a row of 'traces' that is not there"},
    {"PRAGMA foreign_keys = OFF; DELETE FROM points",
     " refers to a row of 'points' that is not there"},
    {"PRAGMA foreign_keys = OFF; UPDATE points SET energy_table = 'x'",
     "is damaged: a row of 'points' refers to a row of 'energy_tables' that is not there"},
};

}  // namespace

TEST_CASE("a database with other tables, columns, views or triggers is damaged, to every command") {
  const SweepFolder folder;
  run_plan(folder, axes, "good.db");
  const std::string path = folder.files.path("bad.db");
  for (const Damage& damage : damages) {
    CAPTURE(std::string(damage.sql));
    std::filesystem::copy_file(folder.files.path("good.db"), path,
                               std::filesystem::copy_options::overwrite_existing);
    SQLite::Database(path, SQLite::OPEN_READWRITE).exec(damage.sql);
    for (const std::string& error : {error_of(folder, [&] { read_everything(path); }),
                                     error_of(folder, [&] { go_on_writing(folder, path); }),
                                     error_of(folder, [&] { merge_from(folder, path); })}) {
      CHECK_MESSAGE(error.rfind("bad.db: ", 0) == 0, error);
      CHECK_MESSAGE(error.find(damage.part) != std::string::npos, error);
      CHECK_MESSAGE(error.find("; restore a copy") != std::string::npos, error);
    }
  }
}

TEST_CASE("values that contradict a database's own tables are damage, not bugs") {
  const SweepFolder folder;
  run_plan(folder, axes, "good.db");
  const std::string path = folder.files.path("bad.db");
  for (const Damage& damage : std::vector<Damage>{
           {"UPDATE sweep SET metrics = '[\"cycles\", \"beauty\"]'",
            "bad.db: its sweep names the unknown metric 'beauty'; "},
           {"UPDATE sweep SET objectives = '{\"beauty\": \"max\"}'", "unknown metric 'beauty'"},
           {"UPDATE sweep SET metrics = '{'", "bad.db: "},
           {"UPDATE sweep SET metrics = '7'", "is damaged: "},
           {"UPDATE points SET axes = '[]'", "is damaged: "},
           {"UPDATE points SET axes = '{\"array.rows\": 7}'", "is damaged: "},
           {"UPDATE points SET machine = 'array: ['", "bad.db"}}) {
    CAPTURE(std::string(damage.sql));
    std::filesystem::copy_file(folder.files.path("good.db"), path,
                               std::filesystem::copy_options::overwrite_existing);
    SQLite::Database(path, SQLite::OPEN_READWRITE).exec(damage.sql);
    const std::string error = error_of(folder, [&] { read_everything(path); });
    CHECK_MESSAGE(error.find(damage.part) != std::string::npos, error);
  }
}

TEST_CASE("a database may have metrics and counters of another version") {
  const SweepFolder folder;
  run_plan(folder, axes, "good.db");
  const std::string path = folder.files.path("good.db");
  SQLite::Database(path, SQLite::OPEN_READWRITE)
      .exec(
          "ALTER TABLE totals ADD COLUMN beauty REAL; ALTER TABLE totals DROP COLUMN edp;"
          "ALTER TABLE layer_metrics ADD COLUMN beauty REAL; DROP TABLE inputs");
  read_everything(path);
  go_on_writing(folder, path);
  merge_from(folder, path);
  SweepDatabase joined(folder.files.path("joined.db"), DatabaseUse::read);
  CHECK(joined.counts().done == 2);
}
