// What the report of a run is drawn from: its results, and beside them what scripts must not know a
// second time.
#include "sim/page/run_page.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/report/files/read_results.h"
#include "sim/report/files/results_file.h"
#include "sim/report/numbers/summary.h"
#include "sim/report/screens/speed_up_words.h"
#include "sim/report/screens/unrecorded.h"
#include "tests/report/sample.h"

using namespace peeksim;
using nlohmann::json;

namespace {

std::string sample_text() {
  return results_json(price_run(sample_run(), sample_table()));
}

// What data() of kit.js gives to the scripts.
json data_of(const std::string& page) {
  const std::string opening = "<script type=\"application/json\" id=\"data\">";
  const std::size_t begin = page.find(opening) + opening.size();
  return json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

std::string error_of(const json& results) {
  try {
    run_page(results.dump(), "edited.json");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::config);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a page holds the results, but not those of every image") {
  json results = json::parse(sample_text());
  const json data = data_of(run_page(sample_text(), "results.json"));
  CHECK(data["results"]["trace"]["images"] == 2);
  results.erase("images");
  CHECK(data["results"] == results);
}

TEST_CASE("a page says which MACs of the network are not in the trace") {
  CHECK(data_of(run_page(sample_text(), "results.json"))["unrecorded"] == "");
  RunResult run = sample_run();
  run.trace.unrecorded = {1000, "attention"};
  const PricedResult priced = price_run(run, sample_table());
  CHECK(data_of(run_page(results_json(priced), "results.json"))["unrecorded"] ==
        unrecorded_text(priced));
}

TEST_CASE("components, scopes and counters have the labels of the program") {
  const json data = data_of(run_page(sample_text(), "results.json"));
  REQUIRE(data["energy_components"].size() == energy_components().size());
  for (std::size_t i = 0; i < energy_components().size(); ++i)
    CHECK(data["energy_components"][i]["label"] == energy_components()[i].label);
  CHECK(data["scopes"][0] == json({{"name", "predicted_layers"}, {"label", "predicted layers"}}));
  CHECK(data["counters"]["cycles"] == "from the layer's start to the completion of its last store");
}

TEST_CASE("traffic of buffers is given per layer and side, and adds up") {
  const RunResult run = sample_run();
  const json data = data_of(run_page(sample_text(), "results.json"));
  REQUIRE(data["buffer_bytes"].size() == run.layers.size());
  for (std::size_t i = 0; i < run.layers.size(); ++i) {
    const json& sides = data["buffer_bytes"][i];
    const auto sum = [](const json& side) {
      return side["ifmap"].get<Bytes>() + side["weight"].get<Bytes>() + side["ofmap"].get<Bytes>();
    };
    const CounterPair& pair = run.layers[i].counters;
    CHECK(sum(sides["machine"]) == buffer_bytes(pair.machine, run.machine.precision));
    CHECK(sum(sides["dense"]) == buffer_bytes(pair.dense, run.machine.precision));
  }
}

TEST_CASE("utilisation is given per layer and side, and for the network") {
  const PricedResult priced = price_run(sample_run(), sample_table());
  const json data = data_of(run_page(sample_text(), "results.json"))["utilisation"];
  CHECK(data["network"]["machine"] == *priced.network.machine.utilisation);
  CHECK(data["network"]["dense"] == *priced.network.dense.utilisation);
  REQUIRE(data["layers"].size() == priced.layers.size());
  for (std::size_t i = 0; i < priced.layers.size(); ++i)
    CHECK(data["layers"][i]["dense"] == *priced.layers[i].dense.utilisation);
}

TEST_CASE("a page has the words and the numbers that explain the speed-up") {
  const RunResult run = sample_run();
  const SpeedUpExplained explained = explain_speed_up(run).value();
  const json data = data_of(run_page(sample_text(), "results.json"))["speed_up"];
  CHECK(data["words"] == json(speed_up_words(run)));
  CHECK(data["network"]["dense"] == explained.network.dense);
  CHECK(data["network"]["lost"] == json(explained.network.lost));
  REQUIRE(data["layers"].size() == run.layers.size());
  CHECK(data["layers"][1]["bound"] == explained.layers[1].bound);
  CHECK(data["causes"].size() == speed_up_causes().size());
}

TEST_CASE("results of a program that did not count everything are shown, and nulls stay nulls") {
  json results = json::parse(sample_text());
  for (const char* list : {"layers", "images"})
    for (json& part : results[list])
      for (const char* side : {"machine", "dense"}) part[side]["counters"].erase("cycles");
  const PricedResult again =
      price_run(parse_results(results.dump(), "old.json").result, sample_table());
  for (const std::string& text : {results.dump(), results_json(again)}) {
    const json data = data_of(run_page(text, "old.json"));
    CHECK(data["utilisation"]["network"]["machine"].is_null());
    CHECK(data["buffer_bytes"][0]["machine"]["ifmap"].is_number());
  }
}

TEST_CASE("a page shows the components that were priced when its results were written") {
  json results = json::parse(sample_text());
  const auto forget = [&](json& pair) {
    for (const char* side : {"machine", "dense"}) pair[side]["energy"].erase("dispatch");
  };
  for (json& layer : results["layers"]) forget(layer);
  for (json& total : results["totals"]) forget(total);
  const json shown = data_of(run_page(results.dump(), "old.json"))["energy_components"];
  CHECK(shown.size() == energy_components().size() - 1);
  for (const json& component : shown) CHECK(component["name"] != "dispatch");
}

TEST_CASE("strips count their cycles from their own start and tell their step's intervals apart") {
  StepStrip strip;
  strip.layer = "plain";
  strip.step = 3, strip.steps = 7;
  strip.start = 100, strip.end = 150;
  strip.lanes = {{"DRAM", "bytes", {{"load", 90, 120, 0, 4, 64}, {"store 3", 130, 150, 0, 3, 32}}}};
  const json shown = data_of(run_page(sample_text(), "results.json", {strip}))["strips"];
  REQUIRE(shown.size() == 1);
  CHECK(shown[0]["length"] == 50);
  CHECK(shown[0]["lanes"][0]["intervals"] ==
        json::parse(R"([[-10, 30, "load", 0, 64], [30, 20, "store 3", 1, 32]])"));
  CHECK(data_of(run_page(sample_text(), "results.json"))["strips"].empty());
}

TEST_CASE("the same results give the same page") {
  CHECK(run_page(sample_text(), "a.json") == run_page(sample_text(), "b.json"));
}

TEST_CASE("results without what a page shows are refused, not half drawn") {
  const std::string incomplete = "is not a complete results file";
  json results = json::parse(sample_text());
  CHECK(error_of(results) == "");
  results["layers"][1]["dense"]["energy"].erase("dram");
  CHECK(error_of(results).find("edited.json: " + incomplete) == 0);
  results = json::parse(sample_text());
  results["totals"].erase("network");
  CHECK(error_of(results).find("'network'") != std::string::npos);
  results = json::parse(sample_text());
  results["energy_table"]["unit"] = 1;
  CHECK(error_of(results).find(incomplete) != std::string::npos);
  results = json::parse(sample_text());
  results["over_images"]["cycles"]["mean"] = nullptr;
  CHECK(error_of(results).find(incomplete) != std::string::npos);
}
