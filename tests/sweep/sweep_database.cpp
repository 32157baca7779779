// The database stores points completely, refuses files that are not its own, and has one writer at
// a time.
#include "sim/sweep/store/sweep_database.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>

#include "sim/config/show_machine.h"
#include "sim/config/to_yaml.h"
#include "sim/sweep/run_sweep.h"
#include "sim/sweep/store/database_query.h"
#include "sim/sweep/store/export.h"
#include "sim/sweep/store/sweep_screens.h"
#include "sim/sweep/store/sweep_sources.h"
#include "sim/sweep/store/sweep_tables.h"
#include "tests/support/error_message.h"
#include "tests/support/fresh_kernel.h"
#include "tests/sweep/sample.h"
#include "tests/trace/sample.h"

using namespace peeksim;

namespace {

const std::string axes = "axes: {array.rows: [2, 4], array.cols: [2, 4]}\n";

std::string exported(const SweepFolder& folder, const std::string& name, bool by_layer = false) {
  SweepDatabase database(folder.files.path(name), DatabaseUse::read);
  ExportForm form;
  form.query.by_layer = by_layer;
  for (const ValueColumn& column : by_layer ? layer_columns() : totals_columns())
    form.query.columns.push_back(column.name);
  std::string text;
  const auto add = [&](const std::string& part) { text += part; };
  const std::vector<SweepRow> rows = read_rows(database, form.query);
  export_csv(rows, form, add);
  export_json(rows, form, add);
  return text;
}

// A query, at its first row.
DatabaseQuery first_row(SweepDatabase& database, const std::string& select) {
  DatabaseQuery query(database, select);
  REQUIRE(query.next());
  return query;
}

// The error of opening a file, without the folder's name.
std::string error(const SweepFolder& folder, const std::string& name, DatabaseUse use,
                  ErrorKind kind) {
  try {
    const SweepDatabase database(folder.files.path(name), use);
  } catch (const Error& found) {
    CHECK(found.kind() == kind);
    std::string text = found.what();
    for (std::size_t at = 0; (at = text.find(folder.files.path(""))) != text.npos;)
      text.erase(at, folder.files.path("").size());
    return text;
  }
  return "no error";
}

}  // namespace

TEST_CASE("a point is kept with its machine, its totals, its layers and its origin") {
  const SweepFolder folder;
  run_plan(folder, axes, "a.db");
  SweepDatabase database(folder.files.path("a.db"), DatabaseUse::read);
  CHECK(database.counts().done == 4);
  CHECK(first_row(database, "SELECT count(*) FROM totals WHERE scope = 'network'").integer(0) == 4);
  CHECK(first_row(database, "SELECT count(*) FROM layer_metrics").integer(0) == 12);
  CHECK(first_row(database, "SELECT count(*) FROM points WHERE seconds > 0").integer(0) == 4);
  CHECK(
      first_row(database, "SELECT sum(cycles) FROM layer_metrics WHERE point = 1").real(0) ==
      first_row(database, "SELECT machine_cycles FROM totals WHERE point = 1 AND scope = 'network'")
          .real(0));
  // The stored machine is the machine that ran.
  const std::string kept =
      first_row(database, "SELECT machine FROM points WHERE position = 1").text(0);
  const SweepPlan plan = folder.plan(axes);
  CHECK(kept == to_yaml(show_machine(plan.machine(plan.points()[1]))));
  CHECK(exported(folder, "a.db", true).find("conv2") != std::string::npos);
}

TEST_CASE("channel thresholds are kept once, beside the machines that share them") {
  const SweepFolder folder;
  folder.files.write("tuned.yaml", "conv1: [1, 2, 3, 4, 5, 6, 7, never]\n");
  run_plan(
      folder,
      "axes: {array.rows: [2, 4], t: {overlays: {x: {prediction.thresholds_file: tuned.yaml}}}}\n",
      "a.db");
  SweepDatabase database(folder.files.path("a.db"), DatabaseUse::read);
  CHECK(first_row(database, "SELECT count(*) FROM thresholds").integer(0) == 1);
  CHECK(first_row(database, "SELECT yaml FROM thresholds").text(0) ==
        "conv1: [1, 2, 3, 4, 5, 6, 7, never]\n");
  CHECK(first_row(database,
                  "SELECT count(*) FROM points WHERE thresholds = (SELECT sha256 "
                  "FROM thresholds)")
            .integer(0) == 2);
}

TEST_CASE("a later plan adds its points and repeats none; points of no current plan stay") {
  const SweepFolder folder;
  run_plan(folder, "axes: {array.rows: [2, 4]}\n", "a.db");
  fresh_kernel();
  SweepPlan plan = folder.plan("axes: {array.rows: [4, 8]}\n");
  SweepDatabase database(folder.files.path("a.db"), DatabaseUse::write);
  const SweepProgress progress = run_sweep(plan, database, {});
  CHECK(progress.ended == 1);
  CHECK(database.counts().done == 2);  // of the latest plan
  CHECK(first_row(database, "SELECT count(*) FROM points").integer(0) == 3);
}

TEST_CASE("shards, joined in any order and twice, are one undisturbed run") {
  const SweepFolder folder;
  run_plan(folder, axes, "all.db");
  for (const std::size_t i : {1, 2, 3})
    run_plan(folder, axes, "s" + std::to_string(i) + ".db", {i, 3});
  for (const std::vector<int>& order : {std::vector<int>{1, 2, 3}, {3, 1, 2, 3, 1}}) {
    const std::string name = "m" + std::to_string(order.size()) + ".db";
    SweepDatabase merged(folder.files.path(name), DatabaseUse::write);
    for (const int i : order) merged.merge(folder.files.path("s" + std::to_string(i) + ".db"));
    CHECK(merged.counts().done == 4);
  }
  for (const bool by_layer : {false, true})
    for (const char* name : {"m3.db", "m5.db"})
      CHECK_MESSAGE((exported(folder, name, by_layer) == exported(folder, "all.db", by_layer)),
                    "the exports differ");
}

TEST_CASE("a finished point replaces a failed or a missing one when databases are joined") {
  const SweepFolder folder;
  run_plan(folder, axes, "done.db");
  fresh_kernel();
  {
    SweepPlan plan = folder.plan(axes);
    SweepDatabase failed(folder.files.path("failed.db"), DatabaseUse::write);
    SweepOptions hurry;
    hurry.deadline = 1e-9;
    hurry.limit = 2;
    CHECK(run_sweep(plan, failed, hurry).failed == 2);
    CHECK(failed.counts().pending == 2);
    failed.merge(folder.files.path("done.db"));
    CHECK(failed.counts().done == 4);
  }
  CHECK_MESSAGE((exported(folder, "failed.db") == exported(folder, "done.db")),
                "the exports differ");
}

TEST_CASE("a point whose failure only its values show is recorded, and the others are done") {
  const SweepFolder folder;
  // Values that have passed the ReLU: a negative threshold is known to be wrong when they are read.
  TraceHeader header;
  header.network = "rectified";
  header.origin = "made by a test";
  header.images = 1;
  TraceWriter writer(folder.files.path("small.h5"), header, true);
  const Layer layer = conv_layer("conv", 3, 8, 8, 4, 3, 1);
  writer.begin_layer(layer, {"f32", 1, false, 1});
  std::vector<float> ofmap = sample_ofmap(layer, 0, 0);
  for (float& value : ofmap) value = std::max(value, 0.0f);
  writer.write_ofmap(0, ofmap);
  writer.close();
  run_plan(folder, "axes: {prediction.threshold: [0, -1, 1]}\n", "a.db");
  SweepDatabase database(folder.files.path("a.db"), DatabaseUse::read);
  CHECK(database.counts().done == 2);
  CHECK(database.counts().failed == 1);
  const std::vector<SweepRow> rows = read_rows(database, {});
  CHECK(rows[1].status == "failed");
  CHECK(rows[1].error.find("layer 'conv' has a negative threshold") != std::string::npos);
  CHECK(first_row(database, "SELECT exit_code FROM points WHERE position = 1").integer(0) ==
        static_cast<int>(ErrorKind::trace));
}

TEST_CASE("a database of an older schema is read and exported, and never written") {
  const SweepFolder folder;
  run_plan(folder, axes, "a.db");
  const std::string before = exported(folder, "a.db");
  SQLite::Database(folder.files.path("a.db"), SQLite::OPEN_READWRITE)
      .exec("PRAGMA user_version = 0");
  CHECK(exported(folder, "a.db") == before);
  {
    SweepDatabase old(folder.files.path("a.db"), DatabaseUse::read);
    CHECK(read_status(old).counts.done == 4);
    CHECK(read_sweep(old, {}).sources.points.size() == 4);
  }
  CHECK(error(folder, "a.db", DatabaseUse::write, ErrorKind::config) ==
        "a.db: has schema version 0, which is older, and this program writes 1: it can only be "
        "read; name another database for new points; 'peeksim sweep export' has the old ones");
  SweepDatabase other(folder.files.path("b.db"), DatabaseUse::write);
  CHECK_THROWS_WITH_AS(other.merge(folder.files.path("a.db")),
                       doctest::Contains("has schema version 0, which is older"), Error);
  CHECK(exported(folder, "a.db") == before);
}

TEST_CASE("a file that is not a database of this program is refused and not changed") {
  const SweepFolder folder;
  run_plan(folder, axes, "good.db");
  folder.files.write("text.db",
                     "this is a text, longer than a header of a database would be, and "
                     "it goes on for a while so that nothing is missing at its end\n");
  {
    SQLite::Database foreign(folder.files.path("foreign.db"),
                             SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    foreign.exec("CREATE TABLE points (x)");
    std::filesystem::copy(folder.files.path("good.db"), folder.files.path("newer.db"));
    SQLite::Database newer(folder.files.path("newer.db"), SQLite::OPEN_READWRITE);
    newer.exec("PRAGMA user_version = 2");
  }
  std::string damaged = folder.files.read("good.db");
  damaged.replace(damaged.size() / 2, 8192, std::string(8192, 'x'));
  folder.files.write("damaged.db", damaged);
  folder.files.write("short.db", folder.files.read("good.db").substr(0, 20000));
  const auto before = folder.files.contents();
  for (const DatabaseUse use : {DatabaseUse::read, DatabaseUse::write}) {
    CHECK(error(folder, "text.db", use, ErrorKind::config) ==
          "text.db: is not a database of sweep results; name another file");
    CHECK(error(folder, "foreign.db", use, ErrorKind::config) ==
          "foreign.db: is not a database of sweep results; name another file");
    CHECK(error(folder, "newer.db", use, ErrorKind::config) ==
          "newer.db: has schema version 2, and this program reads 1; use the newer program that "
          "wrote it");
  }
  for (const char* name : {"damaged.db", "short.db"})
    CHECK(error(folder, name, DatabaseUse::write, ErrorKind::config).find("is damaged: ") !=
          std::string::npos);
  CHECK(error(folder, "none.db", DatabaseUse::read, ErrorKind::config) ==
        "none.db: cannot be read: there is no such file; give the database of a sweep");
  CHECK(error(folder, "no/folder.db", DatabaseUse::write, ErrorKind::output)
            .find("no/folder.db: cannot be written: No such file") == 0);
  CHECK(error(folder, "", DatabaseUse::write, ErrorKind::output).find("is not a plain file") !=
        std::string::npos);
  const bool nothing_changed = folder.files.contents() == before;
  CHECK(nothing_changed);
}

TEST_CASE("a database whose sweep was killed at its first moment says so, and the sweep goes on") {
  const SweepFolder folder;
  folder.files.write("a.db", "");
  CHECK(error(folder, "a.db", DatabaseUse::read, ErrorKind::config) ==
        "a.db: is empty: its sweep ended before it had begun; run the sweep again; it goes on with "
        "this database");
  run_plan(folder, axes, "a.db");
  CHECK(SweepDatabase(folder.files.path("a.db"), DatabaseUse::read).counts().pending == 0);
}

TEST_CASE("a second writer is refused, a reader is not, and a dead writer holds nothing") {
  const SweepFolder folder;
  run_plan(folder, axes, "a.db");
  {
    const pid_t holder = ::fork();
    if (holder == 0) {
      const SweepDatabase database(folder.files.path("a.db"), DatabaseUse::write);
      folder.files.write("held", "");
      ::pause();
      ::_exit(0);
    }
    while (!std::filesystem::exists(folder.files.path("held"))) ::usleep(1000);
    CHECK(error(folder, "a.db", DatabaseUse::write, ErrorKind::output)
              .find("a.db: is being written by process " + std::to_string(holder) + " on ") == 0);
    SweepDatabase reader(folder.files.path("a.db"), DatabaseUse::read);
    CHECK(reader.counts().done == 4);
    ::kill(holder, SIGKILL);
    ::waitpid(holder, nullptr, 0);
  }
  SweepDatabase next(folder.files.path("a.db"), DatabaseUse::write);
  CHECK(next.counts().done == 4);
}

TEST_CASE("a text in a database that is nested too deep is an error with the database's name") {
  const SweepFolder folder;
  run_plan(folder, axes, "a.db");
  const std::string path = folder.files.path("a.db"), deep(100'000, '[');
  SQLite::Database(path, SQLite::OPEN_READWRITE)
      .exec("UPDATE points SET axes = '" + deep + "'; UPDATE sweep SET metrics = '" + deep + "'");
  SweepDatabase database(path, DatabaseUse::read);
  const std::string refusal = path + ": is nested 100000 levels deep, at most 64 are read; ";
  CHECK(contains(message_of(ErrorKind::config, [&] { read_rows(database, RowQuery()); }), refusal));
  CHECK(contains(message_of(ErrorKind::config, [&] { read_head(database); }), refusal));
}

TEST_CASE("a metric that came later is empty in an old database, read, joined or written again") {
  const SweepFolder folder;
  run_plan(folder, axes, "old.db");
  {
    SQLite::Database sql(folder.files.path("old.db"), SQLite::OPEN_READWRITE);
    sql.exec("ALTER TABLE totals DROP COLUMN edp");
    sql.exec("ALTER TABLE layer_metrics DROP COLUMN edp");
  }
  const auto check = [&](SweepDatabase& database) {
    RowQuery query;
    query.columns = {"edp", "cycles"};
    for (const bool by_layer : {false, true}) {
      query.by_layer = by_layer;
      const std::vector<SweepRow> rows = read_rows(database, query);
      CHECK(rows.size() == (by_layer ? 12 : 4));
      for (const SweepRow& row : rows) {
        CHECK_FALSE(row.values[0]);
        CHECK(row.values[1]);
      }
    }
  };
  {
    SweepDatabase old(folder.files.path("old.db"), DatabaseUse::read);
    check(old);
  }
  SweepDatabase joined(folder.files.path("joined.db"), DatabaseUse::write);
  joined.merge(folder.files.path("old.db"));
  joined.merge(folder.files.path("joined.db"));  // itself: nothing to do
  check(joined);
  SweepDatabase written(folder.files.path("old.db"), DatabaseUse::write);
  check(written);
}
