// What the report of a sweep is drawn from: columns that say of every finished point what the
// database says, each text once.
#include "sim/page/sweep_page.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sim/cost/energy_actions.h"
#include "sim/sweep/design/metric.h"

using namespace peeksim;
using nlohmann::json;

namespace {

SweepRow row(std::int64_t position, const std::string& rows, double cycles) {
  SweepRow made;
  made.key = std::to_string(position);
  made.position = position;
  made.status = "done";
  made.network = "net";
  made.energy_unit = "pJ";
  made.axes = {{"array.rows", rows}};
  made.values.assign(sweep_page_query("network", false).columns.size(), std::nullopt);
  made.values[0] = cycles;
  return made;
}

PointSource source(const SweepRow& of, const std::string& name) {
  return {of.key, {{"name", name}, {"array.rows", of.axes[0].second}}, 0, 1};
}

// Three points that are done, two that failed and one that has not run.
SweepReading sample() {
  SweepReading reading;
  reading.head.name = "sample";
  reading.head.metrics = {"cycles"};
  reading.head.objectives = {{"cycles", false}, {"speed_up", true}};
  reading.counts.done = 3;
  reading.counts.failed = 2;
  reading.counts.pending = 1;
  for (const SweepRow& one : {row(0, "8", 100), row(1, "16", 0.5), row(2, "8", 300)}) {
    reading.rows.push_back(one);
    reading.sources.points.push_back(source(one, "m"));
  }
  for (const char* error : {"seldom", "often", "often"}) {
    reading.rows.push_back(row(3, "8", 0));
    reading.rows.back().status = "failed";
    reading.rows.back().error = error;
  }
  reading.rows.push_back(row(6, "8", 0));
  reading.rows.back().status = "pending";
  reading.sources.machines = {{"base.yaml", {{"name", "m"}, {"array.rows", "32"}}}};
  reading.sources.traces = {{"net", "net.h5", "traces/net.h5", true, 4, {}}};
  return reading;
}

json data_of(const SweepReading& reading) {
  return json::parse(sweep_page_data(reading, "network"));
}

}  // namespace

TEST_CASE("points that are not done are counted and are no points of a page") {
  const json data = data_of(sample());
  CHECK(data["positions"] == json({0, 1, 2}));
  CHECK(data["counts"] == json({{"planned", 6}, {"failed", 2}, {"pending", 1}, {"left_out", 0}}));
  CHECK(data["errors"] == json::parse(R"([["often", 2], ["seldom", 1]])"));
}

TEST_CASE("a text that points share is written once, and one that all share without numbers") {
  const json data = data_of(sample());
  CHECK(data["axes"] == json::parse(R"([{"name": "array.rows", "values": ["8", "16"],
      "of": [0, 1, 0], "zero_is_unlimited": false}])"));
  CHECK(data["settings"] == json::parse(R"([{"key": "name", "values": ["m"]},
      {"key": "array.rows", "values": ["8", "16", "32"], "of": [0, 1, 0]}])"));
  CHECK(data["bases"] == json::parse(R"([{"path": "base.yaml", "settings": [0, 2]}])"));
}

TEST_CASE("metrics have the names, units and directions of the table of metrics") {
  const json found = data_of(sample())["metrics"];
  REQUIRE(found.size() == metrics().size() + energy_components().size());
  for (std::size_t i = 0; i < energy_components().size(); ++i) {
    const json& metric = found[metrics().size() + i];
    CHECK(metric["name"] == "machine_energy_" + std::string(energy_components()[i].name));
    CHECK(metric["unit"] == "energy");
  }
  for (std::size_t i = 0; i < metrics().size(); ++i) {
    CHECK(found[i]["name"] == metrics()[i].name);
    CHECK(found[i]["label"] == metrics()[i].label);
    CHECK(found[i]["unit"] == metrics()[i].unit);
    CHECK(found[i]["largest"] == metrics()[i].larger_is_better);
    CHECK(found[i]["values"].size() == 3);
  }
  CHECK(found[0]["values"].dump() == "[100,0.5,300]");
  CHECK(found[1]["values"][0].is_null());
}

TEST_CASE("every metric's unit is one that pages know how to show") {
  const json units = data_of(sample())["units"];
  for (const Metric& metric : metrics()) {
    CAPTURE(metric.name);
    CHECK(units.contains(metric.unit));
  }
}

TEST_CASE("energies are shown in microjoules, or in the unit of the table that all points share") {
  SweepReading reading = sample();
  CHECK(data_of(reading)["units"]["energy"]["shown"] == "µJ");
  CHECK(data_of(reading)["units"]["energy x s"]["shown"] == "µJ·s");
  for (SweepRow& one : reading.rows) one.energy_unit = "mac";
  CHECK(data_of(reading)["units"]["energy"]["shown"] == "million MAC");
  reading.rows[0].energy_unit = "pJ";
  CHECK(data_of(reading)["units"]["energy"]["shown"] == "millions of each energy table's unit");
}

TEST_CASE("a page has what the plan warns about, its prices, and which points stream weights") {
  SweepReading reading = sample();
  reading.head.warnings = {"beware"};
  reading.head.prices = {"45nm (pJ), DRAM: generic"};
  reading.rows[1].streamed_layers = 2;
  const json data = data_of(reading);
  CHECK(data["plan_warnings"] == json({"beware"}));
  CHECK(data["prices"] == json({"45nm (pJ), DRAM: generic"}));
  CHECK(data["streamed_layers"] == json({0, 2, 0}));
}

TEST_CASE("an axis says where 0 stands for no limit") {
  SweepReading reading = sample();
  CHECK(data_of(reading)["axes"][0]["zero_is_unlimited"] == false);
  for (SweepRow& one : reading.rows) one.axes = {{"buffers.weight_read_width", "0"}};
  CHECK(data_of(reading)["axes"][0]["zero_is_unlimited"] == true);
}

TEST_CASE("a point whose read port is narrower than its array has a warning, and no other point") {
  SweepReading reading = sample();
  for (PointSource& point : reading.sources.points)
    point.settings.emplace_back("buffers.ifmap_read_width", "8");
  for (BaseMachine& base : reading.sources.machines)
    base.settings.emplace_back("buffers.ifmap_read_width", "8");
  const json found = data_of(reading)["warnings"];  // arrays of 8, 16 and 8 rows
  CHECK(found["of"] == json({0, 1, 0}));
  CHECK(found["values"][0] == "");
  CHECK(found["values"][1].get<std::string>().find("buffers.ifmap_read_width is 8, ") == 0);
}

TEST_CASE("points of the same trace on another number of images are another workload") {
  SweepReading reading = sample();
  CHECK(data_of(reading)["workloads"]["of"] == json({0, 0, 0}));
  reading.sources.points[2].images = 4;
  const json found = data_of(reading)["workloads"];
  CHECK(found["of"] == json({0, 0, 1}));
  CHECK(found["values"][1] == json({{"network", "net"},
                                    {"file", "net.h5"},
                                    {"path", "traces/net.h5"},
                                    {"synthetic", true},
                                    {"has_values", true},
                                    {"images", 4},
                                    {"all_images", 4},
                                    {"unrecorded", ""}}));
}

TEST_CASE("a workload says which MACs its trace lacks") {
  SweepReading reading = sample();
  reading.sources.traces[0].unrecorded = {1234, "attention"};
  CHECK(data_of(reading)["workloads"]["values"][0]["unrecorded"] ==
        "1,234 MACs per image of the network are not in this trace (attention)");
}

TEST_CASE("ten thousand points are a page of less than 25 bytes for each point and metric") {
  SweepReading reading = sample();
  reading.rows.clear();
  reading.sources.points.clear();
  for (int i = 0; i < 10000; ++i) {
    reading.rows.push_back(row(i, std::to_string(1 + i % 10), 1e9 / (i + 1)));
    for (std::optional<double>& value : reading.rows.back().values) value = 1e9 / (i + 1);
    reading.sources.points.push_back(source(reading.rows.back(), "m"));
  }
  CHECK(sweep_page(reading, "network").size() < 25 * 10000 * reading.rows[0].values.size());
}
