// A database that version 0.1.0 wrote is read, exported and written to.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sim/sweep/store/export.h"
#include "sim/sweep/store/pareto.h"
#include "sim/sweep/store/sweep_screens.h"
#include "sim/sweep/store/sweep_sources.h"
#include "tests/support/temp_folder.h"

using namespace peeksim;

namespace {

std::string stored(const std::string& name) {
  return read_bytes(PEEKSIM_SOURCE_DIR "/tests/files-0.1.0/" + name);
}

// The names between `first` and "energy_unit" in the header of a CSV file.
std::vector<std::string> columns_of(const std::string& csv, const std::string& first) {
  std::vector<std::string> columns;
  for (std::size_t at = csv.find(first); csv.compare(at, 11, "energy_unit") != 0;) {
    const std::size_t end = csv.find(',', at);
    columns.push_back(csv.substr(at, end - at));
    at = end + 1;
  }
  return columns;
}

std::string csv_of(SweepDatabase& database, const RowQuery& query) {
  std::string text;
  export_csv(read_rows(database, query), {"small", query},
             [&](const std::string& part) { text += part; });
  return text;
}

}  // namespace

TEST_CASE("a database of 0.1.0 is exported to the bytes that 0.1.0 exported") {
  const TempFolder folder;
  const std::string path = folder.write("sweep.db", stored("sweep.db"));
  for (const DatabaseUse use : {DatabaseUse::read, DatabaseUse::write}) {
    SweepDatabase database(path, use);  // a writer adds what 0.1.0 did not know
    CHECK(read_status(database).counts.done == 4);
    RowQuery query;
    query.columns = columns_of(stored("sweep.csv"), "cycles,");
    CHECK(query.columns.size() > 70);
    CHECK(csv_of(database, query) == stored("sweep.csv"));
    query.by_layer = true;
    query.columns = columns_of(stored("sweep-layers.csv"), "cycles,");
    CHECK(csv_of(database, query) == stored("sweep-layers.csv"));

    const SweepHead head = read_head(database);
    query = {};
    query.columns = head.metrics;
    std::string json;
    export_json(read_rows(database, query), {head.name, query},
                [&](const std::string& part) { json += part; });
    CHECK(json == stored("sweep.json"));
  }
}

TEST_CASE("the points of 0.1.0 are ranked, and their machines are known") {
  const TempFolder folder;
  SweepDatabase database(folder.write("sweep.db", stored("sweep.db")), DatabaseUse::read);
  RowQuery query;
  query.columns = {"cycles", "energy"};
  const SweepReading reading = read_sweep(database, query);
  CHECK(ranked(reading.rows, 0, false).size() == 4);
  CHECK_FALSE(pareto_front(reading.rows, {{"cycles", false}, {"energy", false}}).empty());
  REQUIRE(reading.sources.points.size() == 4);
  CHECK(reading.sources.machines.size() == 1);
  CHECK(reading.sources.traces[0].network == "small");
}
