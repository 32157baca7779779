// Where points came from: the machine that a point's settings describe is the machine that ran, and
// files are named as the sweep named them.
#include "sim/sweep/store/sweep_sources.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include <algorithm>

#include "sim/run/machine_vocabulary.h"
#include "sim/sweep/design/point_key.h"
#include "sim/sweep/design/sweep_plan.h"
#include "sim/sweep/run_sweep.h"
#include "sim/sweep/store/sweep_database.h"
#include "sim/sweep/store/sweep_screens.h"
#include "tests/support/fresh_kernel.h"
#include "tests/sweep/sample.h"

using namespace peeksim;

namespace {

SweepReading reading(const SweepFolder& folder, const std::string& name) {
  SweepDatabase database(folder.files.path(name), DatabaseUse::read);
  return read_sweep(database, {"network", false, {"cycles"}, false});
}

std::string setting(const MachineSettings& settings, const std::string& key) {
  for (const auto& [name, value] : settings)
    if (name == key) return value;
  return "no such key";
}

// What differs, as words of a command line.
std::vector<std::string> overrides(const MachineSettings& from, const MachineSettings& to) {
  std::vector<std::string> words;
  REQUIRE(from.size() == to.size());
  for (std::size_t i = 0; i < to.size(); ++i)
    if (from[i] != to[i]) words.push_back(to[i].first + "=" + to[i].second);
  return words;
}

}  // namespace

TEST_CASE("the base machine with a point's other settings is the point's machine") {
  const SweepFolder folder;
  folder.files.write("thresholds.yaml", "conv2: [0, 0.5, 0, 1, 0, 0, never, 0]\n");
  const std::string lines =
      "axes:\n  array.rows: [2, 4]\n  style:\n    overlays:\n      plain: {}\n"
      "      odd:\n        prediction:\n          layers:\n"
      "            - {match: \"conv*\", window: [1, 2], peeks: [[0, 1]]}\n"
      "          exclude: [\"kind:fc\", \"a, b: 'c'\"]\n"
      "      tuned: {prediction.thresholds_file: thresholds.yaml}\n";
  run_plan(folder, lines, "a.db");
  const SweepReading found = reading(folder, "a.db");
  const SweepPlan plan = folder.plan(lines);
  REQUIRE(found.sources.machines.size() == 1);
  const BaseMachine& base = found.sources.machines[0];
  CHECK(base.path == folder.files.path("tiny.yaml"));
  REQUIRE(found.sources.points.size() == plan.points().size());
  REQUIRE(found.sources.thresholds.size() == 1);
  const auto& [name, thresholds] = *found.sources.thresholds.begin();
  const std::string file = folder.files.write(name, thresholds);
  for (std::size_t i = 0; i < plan.points().size(); ++i) {
    const PointSource& point = found.sources.points[i];
    CHECK(point.key == plan.points()[i].key);
    CHECK(point.key == found.rows[i].key);
    CHECK(point.images == 2);
    std::vector<std::string> words = overrides(base.settings, point.settings);
    for (std::string& word : words)
      if (word == "prediction.thresholds_file=" + name) word = "prediction.thresholds_file=" + file;
    const MachineSpec again = load_machine(base.path, words, vocabulary());
    const MachineSpec machine = plan.machine(plan.points()[i]);
    CHECK(machine_text(again) == machine_text(machine));
    CHECK(thresholds_digest(again.prediction) == thresholds_digest(machine.prediction));
  }
  CHECK(overrides(base.settings, found.sources.points[0].settings) ==
        std::vector<std::string>{"array.rows=2", "buffers.ifmap_read_width=2"});
  CHECK(overrides(base.settings, found.sources.points[3].settings).empty());
}

TEST_CASE("a point without thresholds undoes those of its base machine") {
  const SweepFolder folder;
  folder.files.write("tuned.yaml",
                     "extends: tiny.yaml\nprediction:\n  channel_thresholds: {conv2: [1, 1, 1, 1, "
                     "1, 1, 1, 1]}\n");
  folder.files.write("sweep.yaml",
                     "name: test\nmachine: tuned.yaml\ntrace: small.h5\naxes: {style: {overlays: "
                     "{none: {prediction.channel_thresholds: {}}, tuned: {}}}}\n");
  fresh_kernel();
  SweepPlan plan(load_sweep(folder.files.path("sweep.yaml")));
  {
    SweepDatabase database(folder.files.path("a.db"), DatabaseUse::write);
    run_sweep(plan, database, {});
  }
  const SweepSources sources = reading(folder, "a.db").sources;
  const std::vector<std::string> words =
      overrides(sources.machines[0].settings, sources.points[0].settings);
  CHECK(words == std::vector<std::string>{"prediction.thresholds_file=\"\""});
  CHECK(load_machine(sources.machines[0].path, words, vocabulary())
            .prediction.channel_thresholds.empty());
  CHECK(overrides(sources.machines[0].settings, sources.points[1].settings).empty());
}

TEST_CASE("a trace is named by its path, and by its file in a database of an earlier version") {
  const SweepFolder folder;
  run_plan(folder, "images: 1\n", "a.db");
  const SweepReading found = reading(folder, "a.db");
  REQUIRE(found.sources.traces.size() == 1);
  CHECK(found.sources.traces[0].path == folder.files.path("small.h5"));
  CHECK(found.sources.traces[0].synthetic);
  CHECK(found.sources.traces[0].images == 2);
  CHECK(found.sources.points[0].images == 1);
  SQLite::Database(folder.files.path("a.db"), SQLite::OPEN_READWRITE).exec("DROP TABLE inputs");
  const SweepSources earlier = reading(folder, "a.db").sources;
  CHECK(earlier.traces[0].path == "small.h5");
  CHECK(earlier.machines.empty());
  CHECK(setting(earlier.points[0].settings, "array.rows") == "4");
  // It is merged, and written to, like any other.
  SweepDatabase merged(folder.files.path("merged.db"), DatabaseUse::write);
  merged.merge(folder.files.path("a.db"));
  CHECK(merged.counts().done == 1);
  run_plan(folder, "images: 1\n", "a.db");
  CHECK(reading(folder, "a.db").sources.machines.size() == 1);
}

TEST_CASE("merged shards know their files, and a base that is no whole machine is no input") {
  const SweepFolder folder;
  for (const std::size_t i : {1, 2})
    run_plan(folder, "axes: {array.rows: [2, 4]}\n", std::to_string(i) + ".db", {i, 2});
  {
    SweepDatabase merged(folder.files.path("all.db"), DatabaseUse::write);
    for (const char* part : {"1.db", "2.db"}) merged.merge(folder.files.path(part));
  }
  CHECK(reading(folder, "all.db").sources.machines.size() == 1);
  folder.files.write("part.yaml", "extends: tiny.yaml\nprediction:\n  peeks: [[2, 2]]\n");
  folder.files.write("sweep.yaml",
                     "name: test\nmachine: part.yaml\ntrace: small.h5\naxes: {prediction.window: "
                     "[[3, 3]]}\n");
  fresh_kernel();
  SweepPlan plan(load_sweep(folder.files.path("sweep.yaml")));
  {
    SweepDatabase database(folder.files.path("part.db"), DatabaseUse::write);
    run_sweep(plan, database, {});
  }
  const SweepSources sources = reading(folder, "part.db").sources;
  CHECK(sources.machines.empty());
  CHECK(sources.points.size() == 1);
}

TEST_CASE("a database whose parts contradict each other is refused with its name") {
  const SweepFolder folder;
  run_plan(folder, "axes:\n  array.rows: [2, 4]\n", "sound.db");
  const auto error_after = [&](const std::string& change) {
    const std::string path = folder.files.write("damaged.db", folder.files.read("sound.db"));
    SQLite::Database(path, SQLite::OPEN_READWRITE).exec(change);
    return config_error([&] { reading(folder, "damaged.db"); }, &folder.files);
  };
  // The rows that rows refer to are checked in databases of this version alone.
  const std::string older = "PRAGMA user_version = 0; ";
  const std::string lost =
      "damaged.db: is damaged: a point has lost its trace or energy table; restore a copy";
  CHECK(error_after(older + "DELETE FROM traces") == lost);
  CHECK(error_after(older + "UPDATE points SET energy_table = 'x' WHERE position = 1") == lost);
  const std::string keys =
      "damaged.db: has machines of different keys: it is damaged, or of several versions; "
      "restore a copy; 'peeksim sweep export' reads this one";
  CHECK(error_after("UPDATE points SET machine = 'name: x' WHERE position = 1") == keys);
  CHECK(error_after("UPDATE inputs SET content = '' WHERE kind = 'machine'") == keys);
}

TEST_CASE("the MACs that a trace lacks are those of the trace, also in a database of before") {
  const SweepFolder folder;
  const auto unrecorded = [&](const std::string& name) {
    const UnrecordedMacs found = reading(folder, name).sources.traces.at(0).unrecorded;
    return std::to_string(found.macs) + " " + found.names;
  };
  run_plan(folder, "images: 1\n", "a.db");
  CHECK(unrecorded("a.db") == "0 ");
  const auto change = [&](const std::string& sql) {
    SQLite::Database(folder.files.path("a.db"), SQLite::OPEN_READWRITE).exec(sql);
  };
  change("UPDATE traces SET unrecorded_macs = 1234, unrecorded = 'attention'");
  CHECK(unrecorded("a.db") == "1234 attention");
  const std::string line =
      "small.h5: 1,234 MACs per image of the network are not in this trace (attention)\n";
  {
    SweepDatabase database(folder.files.path("a.db"), DatabaseUse::read);
    const SweepStatus status = read_status(database);
    CHECK(incomplete_screen(status.incomplete, {}) == line);
    const std::string screen = status_screen(status, {});
    CHECK(screen.find("\n" + line) == screen.size() - line.size() - 1);
    CHECK(status_json(status).find("\"unrecorded_macs\":1234,\"unrecorded\":\"attention\"") !=
          std::string::npos);
    SweepDatabase merged(folder.files.path("merged.db"), DatabaseUse::write);
    merged.merge(folder.files.path("a.db"));
  }
  CHECK(unrecorded("merged.db") == "1234 attention");

  change(
      "ALTER TABLE traces DROP COLUMN unrecorded_macs; ALTER TABLE traces DROP COLUMN unrecorded");
  CHECK(unrecorded("a.db") == "0 ");
  {
    SweepDatabase database(folder.files.path("a.db"), DatabaseUse::read);
    CHECK(read_status(database).incomplete.empty());
    SweepDatabase merged(folder.files.path("older.db"), DatabaseUse::write);
    merged.merge(folder.files.path("a.db"));
  }
  CHECK(unrecorded("older.db") == "0 ");
  run_plan(folder, "images: 1\n", "a.db");  // enters the trace again, with what it says
  change("UPDATE traces SET unrecorded_macs = 5 WHERE unrecorded_macs = 0");
  CHECK(unrecorded("a.db") == "5 ");
}
