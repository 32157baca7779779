// A priced run: every number of a run is there, computed from its counters; and what depends on a
// counter that is not known is not known, and nothing else.
#include "sim/report/numbers/priced.h"

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "sim/base/error.h"
#include "sim/report/files/layers_csv.h"
#include "sim/report/files/read_results.h"
#include "sim/report/files/results_file.h"
#include "sim/report/numbers/compare.h"
#include "sim/report/screens/screen.h"
#include "tests/report/sample.h"

using namespace peeksim;
using Json = nlohmann::ordered_json;

namespace {

EnergyTable table_with_areas() {
  EnergyTable table = sample_table();
  table.area = AreaTable();
  table.area->mac = {{8, 1}};
  table.area->window_bit = 1;
  table.area->register_bit = table.area->gate = table.area->multiplexer = 0;
  return table;
}

// The sample as a program would have written it that did not count `counter` yet.
std::string without(const std::string& counter) {
  Json json = Json::parse(results_json(price_run(sample_run(), sample_table())));
  for (const char* list : {"layers", "images"})
    for (Json& part : json[list])
      for (const char* side : {"machine", "dense"}) part[side]["counters"].erase(counter);
  return json.dump();
}

PricedResult priced_without(const std::string& counter) {
  return price_run(parse_results(without(counter), "old.json").result, table_with_areas());
}

}  // namespace

TEST_CASE("a run is priced by layer, scope and image and for the network") {
  const RunResult run = sample_run();
  const PricedResult priced = price_run(run, sample_table());
  REQUIRE(priced.layers.size() == 3);
  REQUIRE(priced.images.size() == 2);
  REQUIRE(priced.scopes.size() == 4);
  const EnergyRates rates = rates_for(sample_table(), run.machine);
  const auto check = [&](const PricedPair& pair, const CounterPair& counters) {
    CHECK(pair.machine.counters == counters.machine);
    CHECK(pair.mac_reduction == mac_reduction(counters));
    CHECK(pair.speed_up == speed_up(counters));
    CHECK(pair.false_zero_share == false_share(counters));
    CHECK(pair.machine.utilisation == utilisation(counters.machine, run.machine.array));
    CHECK(pair.dense.utilisation == utilisation(counters.dense, run.machine.array));
    const Energy energy = price(counters.dense, rates);
    REQUIRE(pair.dense.energy.size() == energy.size());
    for (std::size_t i = 0; i < energy.size(); ++i) CHECK(pair.dense.energy[i] == energy[i]);
    CHECK(pair.dense.total_energy == total(energy));
    CHECK(pair.energy_ratio == total(energy) / total(price(counters.machine, rates)));
    CHECK(pair.machine.dram_bytes == dram_bytes(counters.machine));
    CHECK(pair.machine.buffer_bytes.all == buffer_bytes(counters.machine, run.machine.precision));
    CHECK(pair.machine.area.empty());
    CHECK_FALSE(pair.machine.total_area.has_value());
  };
  check(priced.network, run.totals());
  for (std::size_t i = 0; i < 3; ++i) check(priced.layers[i], run.layers[i].counters);
  for (std::size_t i = 0; i < 2; ++i) check(priced.images[i], run.images[i].counters);
  check(priced.scopes[3].pair, run.layers[2].counters);
  const Number area = price_run(run, table_with_areas()).network.machine.total_area;
  CHECK(area == 4 + 1.0 * run.totals().machine.window_bits_peak);
}

TEST_CASE("the spread over images is the mean and the standard deviation of a sample") {
  RunResult run = sample_run();
  run.images.resize(3);
  for (std::size_t i = 0; i < 3; ++i) {
    run.images[i].counters = {};
    run.images[i].counters.machine.cycles = 10 * (i + 1);  // 10, 20, 30
  }
  const auto cycles = [&] {
    for (const Spread& spread : price_run(run, sample_table()).over_images)
      if (spread.name == "cycles") return spread;
    return Spread{};
  };
  CHECK(*cycles().mean == doctest::Approx(20));
  CHECK(*cycles().deviation == doctest::Approx(10));
  run.images.resize(2);
  CHECK(*cycles().mean == doctest::Approx(15));
  CHECK(*cycles().deviation == doctest::Approx(std::sqrt(50.0)));
  run.images.resize(1);
  CHECK(*cycles().mean == doctest::Approx(10));
  CHECK(*cycles().deviation == 0.0);
}

TEST_CASE("a run without prices has all numbers but those in energy and area") {
  const PricedResult run = unpriced_run(sample_run());
  CHECK(run.network.speed_up.has_value());
  CHECK(run.network.machine.dram_bytes.has_value());
  CHECK_FALSE(run.network.machine.total_energy.has_value());
  CHECK_FALSE(run.network.energy_ratio.has_value());
}

TEST_CASE("numbers that depend on a missing counter are unknown, all others are known") {
  const PricedResult known = price_run(sample_run(), table_with_areas());
  const PricedPair cycles = priced_without("cycles").layers[1];
  CHECK_FALSE(cycles.speed_up.has_value());
  CHECK_FALSE(cycles.machine.utilisation.has_value());
  CHECK_FALSE(cycles.machine.count(&Counters::cycles).has_value());
  CHECK(cycles.mac_reduction == known.layers[1].mac_reduction);
  CHECK(cycles.machine.dram_bytes == known.layers[1].machine.dram_bytes);
  CHECK(cycles.machine.total_area == known.layers[1].machine.total_area);

  const PricedPair dram = priced_without("dram_write_bytes").network;
  CHECK(dram.machine.energy[0] == known.network.machine.energy[0]);
  CHECK_FALSE(dram.machine.total_energy.has_value());
  CHECK_FALSE(dram.energy_ratio.has_value());
  CHECK_FALSE(dram.machine.dram_bytes.has_value());
  CHECK_FALSE(dram.machine.buffer_bytes.ofmap.has_value());
  CHECK(dram.machine.buffer_bytes.ifmap == known.network.machine.buffer_bytes.ifmap);
  CHECK(dram.speed_up == known.network.speed_up);

  // Nothing was peeked at without prediction: no unit, however many bits it would have had.
  const PricedPair bits = priced_without("window_bits_peak").network;
  CHECK_FALSE(bits.machine.total_area.has_value());
  CHECK(bits.dense.total_area == known.network.dense.total_area);
}

TEST_CASE("every counter may be one that an older program did not count") {
  // A program without one of these did not have the policies that count it.
  const std::set<std::string> of_later_policies = {"decision_macs",         "cut_short",
                                                   "interpolated",          "tiles_lookahead",
                                                   "lookahead_macs",        "lookahead_ifmap_reads",
                                                   "lookahead_weight_reads"};
  for (const CounterRow& row : counter_rows) {
    CAPTURE(row.name);
    const PricedResult old = parse_results(without(row.name), "old.json");
    if (of_later_policies.count(row.name) > 0) {
      CHECK(old.result.unknown.empty());
      continue;
    }
    CHECK(old.result.unknown == UnknownCounters{row.value});
    const PricedResult priced = price_run(old.result, sample_table());
    const std::string text = results_json(priced);
    const Json json = Json::parse(text);
    CHECK(json["layers"][0]["machine"]["counters"][row.name].is_null());
    CHECK(json["totals"]["network"]["dense"]["counters"][row.name].is_null());
    // A null that was written is a counter that is not known.
    CHECK(results_json(price_run(parse_results(text, "new.json").result, sample_table())) == text);
    // The prices of the file are not touched by what is not known.
    CHECK(old.network.machine.total_energy ==
          price_run(sample_run(), sample_table()).network.machine.total_energy);
  }
}

TEST_CASE("a counter of a later version is 0 on machines without the feature") {
  const auto read = [](const std::string& dispatch, const std::string& kept) {
    Json json = Json::parse(without("none of them"));
    json["machine"]["array"]["dispatch"] = dispatch;
    for (const std::string counter : {"multicast_reads", "latched_operands", "weight_selects",
                                      "zero_flags", "jobs_peak", "queue_peak"})
      for (const char* list : {"layers", "images"})
        for (Json& part : json[list])
          for (const char* side : {"machine", "dense"})
            if (counter != kept) part[side]["counters"].erase(counter);
    return parse_results(json.dump(), "old.json").result.unknown;
  };
  CHECK(read("gate", "").empty());
  CHECK(read("row_skip", "").empty());
  // It sent activations to any PE, and did not count them.
  CHECK(read("packed", "") ==
        UnknownCounters{&Counters::multicast_reads, &Counters::latched_operands});
  CHECK(read("gate", "jobs_peak").size() == 5);  // no older program counted that alone
}

TEST_CASE("energies of layers add up to the network's, though not every layer multicasts") {
  RunResult run = sample_run();
  run.machine.array.dispatch = "packed";
  Counters& layer = run.layers[2].counters.machine;
  layer.multicast_reads = layer.latched_operands = 100;
  run.images[0].counters.machine.multicast_reads = 100;
  run.images[0].counters.machine.latched_operands = 100;
  const PricedResult priced =
      price_run(run, load_energy_table(PEEKSIM_SOURCE_DIR "/configs/energy/45nm.yaml"));
  double layers = 0;
  for (const PricedPair& pair : priced.layers) layers += *pair.machine.energy[2];
  CHECK(std::string(energy_components()[2].name) == "transfer");
  CHECK(layers == doctest::Approx(*priced.network.machine.energy[2]).epsilon(1e-12));
  // The machine beside it has no latches: its PEs stand closer.
  const Counters& dense = run.layers[0].counters.dense;
  const Counters& same = run.layers[0].counters.machine;
  REQUIRE(dense.ifmap_reads == same.ifmap_reads);
  REQUIRE(dense.weight_reads == same.weight_reads);
  CHECK(*priced.layers[0].dense.energy[2] < *priced.layers[0].machine.energy[2]);
}

TEST_CASE("an unknown number is null in JSON, empty in CSV, and a dash on screens") {
  const PricedResult priced = priced_without("cycles");
  const Json json = Json::parse(results_json(priced));
  CHECK(json["totals"]["network"]["speed_up"].is_null());
  CHECK(json["over_images"]["cycles"]["mean"].is_null());
  CHECK(json["over_images"]["mac_reduction"]["mean"].is_number());
  const std::string csv = layers_csv(priced);
  const std::string values = csv.substr(csv.find('\n'));
  CHECK(values.find(",,") != std::string::npos);
  CHECK(layers_csv(price_run(sample_run(), sample_table())).find(",,,") == std::string::npos);
  const std::string screen = run_screen(priced);
  CHECK(screen.find("speed-up -, energy ratio ") != std::string::npos);
  CHECK(screen.find("time     - ms at ") != std::string::npos);
  CHECK(screen.find("nan") == std::string::npos);
}

TEST_CASE("comparisons skip numbers that are unknown in one of the runs") {
  const PricedResult known = parse_results(without("none of them"), "new.json");
  const PricedResult old = parse_results(without("cycles"), "old.json");
  const Comparison found = compare_runs({known, old});
  for (std::size_t m = 0; m < compared_metrics().size(); ++m) {
    const std::string name = compared_metrics()[m].name;
    CAPTURE(name);
    CHECK(found.network.values[m][0].has_value());
    CHECK(found.network.values[m][1].has_value() == (name != "cycles"));
    CHECK(found.layers[1].values[m][1].has_value() == (name != "cycles"));
  }
}

TEST_CASE("a counter that is missing in a part of a file is damage") {
  Json json = Json::parse(without("tail"));
  json["images"][1]["dense"]["counters"]["tail"] = 1;
  try {
    parse_results(json.dump(), "old.json");
    FAIL_CHECK("it was read");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("counter 'tail' is missing in a part of the file") !=
          std::string::npos);
  }
}
