// Results and event logs that version 0.1.0 wrote are read, and say what they said.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sim/cost/energy_table.h"
#include "sim/report/events/event_diff.h"
#include "sim/report/events/event_reader.h"
#include "sim/report/files/layers_csv.h"
#include "sim/report/files/read_results.h"
#include "sim/report/files/results_file.h"
#include "sim/report/numbers/compare.h"
#include "sim/report/screens/screen.h"

using namespace peeksim;
using Json = nlohmann::ordered_json;

namespace {

std::string path_of(const std::string& name) {
  return PEEKSIM_SOURCE_DIR "/tests/files-0.1.0/" + name;
}

std::string text_of(const std::string& name) {
  std::ifstream file(path_of(name), std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

PricedResult priced_anew() {
  return price_run(read_results(path_of("results.json")),
                   load_energy_table(path_of("energy/45nm.yaml")));
}

// The same up to the order of a sum: later versions price parts apart that 0.1.0 priced together.
bool same_number(double now, double old) {
  return std::abs(now - old) <= 1e-14 * std::abs(old);
}

bool same_cell(const std::string& now, const std::string& old) {
  return now == old ||
         (old.find_first_not_of("0123456789.") == std::string::npos && !old.empty() &&
          !now.empty() && same_number(std::strtod(now.c_str(), nullptr), std::stod(old)));
}

// Every value of `old` is in `now`, which may have more: a later version adds counters and metrics.
void check_holds(const Json& now, const Json& old, const std::string& at = "") {
  CAPTURE(at);
  if (!old.is_structured()) {
    if (old.is_number_float() && now.is_number())
      CHECK(same_number(now, old));
    else
      CHECK(now == old);
    return;
  }
  REQUIRE(now.type() == old.type());
  if (old.is_array()) REQUIRE(now.size() == old.size());
  for (const auto& [key, value] : old.items()) {
    const std::string below = at + "/" + key;
    const Json::json_pointer place("/" + key);
    REQUIRE_MESSAGE(now.contains(place), below);
    check_holds(now.at(place), value, below);
  }
}

// The columns of a CSV file by their names; no cell of ours has a comma.
std::map<std::string, std::vector<std::string>> columns_of(const std::string& csv) {
  std::map<std::string, std::vector<std::string>> columns;
  std::vector<std::string> names;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> cells(1);
    for (const char c : line) c == ',' ? void(cells.emplace_back()) : void(cells.back() += c);
    if (names.empty()) {
      names = cells;
      continue;
    }
    REQUIRE(cells.size() == names.size());
    for (std::size_t i = 0; i < cells.size(); ++i) columns[names[i]].push_back(cells[i]);
  }
  return columns;
}

}  // namespace

TEST_CASE("results of 0.1.0, read and priced again, are unchanged") {
  Json old = Json::parse(text_of("results.json"));
  const PricedResult priced = priced_anew();
  CHECK(priced.result.unknown.empty());  // what came later, this machine could not do
  Json now = Json::parse(results_json(priced));
  for (Json* json : {&old, &now}) json->erase("program");
  check_holds(now, old);
}

TEST_CASE("layers.csv of 0.1.0 is written from its results again") {
  const auto now = columns_of(layers_csv(priced_anew()));
  const auto old = columns_of(text_of("layers.csv"));
  CHECK(old.size() > 80);
  for (const auto& column : old) {
    const auto& name = column.first;
    const auto& cells = column.second;
    CAPTURE(name);
    REQUIRE(now.count(name) == 1);
    CHECK(std::equal(cells.begin(), cells.end(), now.at(name).begin(), now.at(name).end(),
                     [](const auto& was, const auto& is) { return same_cell(is, was); }));
  }
}

TEST_CASE("results of 0.1.0 are compared with a run of today and shown") {
  const std::vector<PricedResult> runs = {read_stored_run(path_of("results.json")), priced_anew()};
  const Comparison found = compare_runs(runs);
  CHECK(found.changed.empty());
  CHECK(found.same_energy_tables);
  for (std::size_t m = 0; m < compared_metrics().size(); ++m) {
    CAPTURE(compared_metrics()[m].name);
    CHECK(found.network.values[m][0].has_value());
    CHECK(found.network.values[m][0] == found.network.values[m][1]);
  }
  CHECK(run_screen(runs[1]).find("25.2 % of the network's MACs saved, speed-up 1.09") == 0);
}

TEST_CASE("an event log of 0.1.0 is read to its end") {
  EventReader reader(path_of("events.jsonl"));
  CHECK(reader.header().at("version") == "0.1.0");
  int events = 0;
  while (reader.next()) ++events;
  CHECK(events == reader.line() - 1);
  CHECK(events > 50);
  CHECK(diff_events(path_of("events.jsonl"), path_of("events.jsonl")).same);
}
