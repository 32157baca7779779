// Runs beside each other: ratios, changed keys, and what does not compare.
#include "sim/report/screens/compare_screen.h"

#include <doctest/doctest.h>

#include "sim/report/files/compare_file.h"
#include "tests/report/sample.h"

using namespace peeksim;

namespace {

PricedResult stored(const RunResult& result) {
  return price_run(result, sample_table());
}

// The sample on a machine that takes twice the cycles, all of them waiting.
PricedResult slower() {
  RunResult result = sample_run();
  result.machine.array.rows = 4;
  result.machine.name = "slower";
  for (LayerResult& layer : result.layers) {
    Counters& c = layer.counters.machine;
    c.memory_stall += c.cycles;
    c.cycles *= 2;
  }
  return stored(result);
}

std::size_t metric(const std::string& name) {
  for (std::size_t i = 0; i < compared_metrics().size(); ++i)
    if (compared_metrics()[i].name == name) return i;
  FAIL(name);
  return 0;
}

}  // namespace

TEST_CASE("a metric of every layer and of the network stands beside the first run's") {
  const PricedResult a = stored(sample_run());
  const Comparison found = compare_runs({a, slower()});
  CHECK(found.names == std::vector<std::string>{"A", "B"});
  CHECK(found.layers.size() == 3);
  const std::size_t cycles = metric("cycles"), energy = metric("energy");
  for (const ComparedRow& row : {found.network, found.layers[0], found.layers[2]}) {
    CHECK(ratio(row.values[cycles][1], row.values[cycles][0]) == 2.0);
    CHECK(ratio(row.values[energy][1], row.values[energy][0]) == 1.0);
  }
  CHECK(found.network.values[energy][0] == a.network.machine.total_energy);
  CHECK(found.layers[1].values[energy][0] == a.layers[1].machine.total_energy);
  CHECK(found.layers[1].values[metric("mac_reduction")][0] == 0.3);
}

TEST_CASE("a machine's figures stand against the first one's") {
  const PricedResult a = stored(sample_run());
  const Comparison found = compare_runs({a, slower()});
  const auto figure = [&](std::size_t run, const std::string& name) {
    for (std::size_t f = 0; f < compared_figures().size(); ++f)
      if (compared_figures()[f].name == name) return found.figures[run][f];
    FAIL(name);
    return Number();
  };
  CHECK(figure(0, "speed_up") == 1.0);
  CHECK(figure(1, "speed_up") == 0.5);  // not its own against its dense version
  CHECK(figure(1, "energy_over_first") == 1.0);
  CHECK(figure(0, "energy") == a.network.machine.total_energy);
  CHECK(figure(0, "mac_reduction") == a.network.mac_reduction);
  CHECK(figure(0, "false_zero_share") == a.network.false_zero_share);
  CHECK(figure(0, "leakage_share") == 0.0);
  double sum = 0;
  for (const char* part : {"mac", "wires", "buffer", "dram", "leakage", "other"})
    sum += figure(0, std::string(part) + "_share").value_or(9);
  CHECK(sum == doctest::Approx(1));
}

TEST_CASE("the share of false zeros is undefined where nothing is predicted") {
  RunResult dense = sample_run();
  for (LayerResult& layer : dense.layers) layer.counters.machine = layer.counters.dense;
  const std::vector<PricedResult> runs = {stored(dense), stored(dense)};
  const std::string table = compare_csv(compare_runs(runs), runs, {"a.json", "b.json"});
  CHECK(table.find(",1.0,0.0,,") != std::string::npos);
}

TEST_CASE("a port of no limit is shown as such") {
  MachineSpec machine;
  CHECK(ports_text(machine) == "∞/∞");
  machine.buffers.weight_read_width = 16;
  CHECK(ports_text(machine) == "∞/16");
}

TEST_CASE("one sentence compares each machine with the first, however many there are") {
  const PricedResult a = stored(sample_run());
  CHECK(in_words(compare_runs({a, slower()})) ==
        "B takes 2.00 of the cycles and 1.00 of the energy of A.");
  CHECK(in_words(compare_runs({a, slower(), a, slower()})) ==
        "B takes 2.00 of the cycles and 1.00 of the energy of A, C 1.00 and 1.00, and D 2.00 and "
        "1.00.");
}

TEST_CASE("the keys that differ are listed, with each run's value, and no other") {
  const Comparison found = compare_runs({stored(sample_run()), slower(), stored(sample_run())});
  REQUIRE(found.changed.size() == 2);
  CHECK(found.changed[0].key == "name");
  CHECK(found.changed[1].key == "array.rows");
  CHECK(found.changed[1].values == std::vector<std::string>{"2", "4", "2"});
  CHECK(compare_runs({slower(), slower()}).changed.empty());
}

TEST_CASE("a layer that only one run has is compared with nothing") {
  PricedResult shorter = stored(sample_run());
  shorter.result.layers[1].layer.name = "other";
  const Comparison found = compare_runs({stored(sample_run()), shorter});
  REQUIRE(found.layers.size() == 4);
  CHECK(found.layers[1].name == "plain");
  CHECK(found.layers[1].values[0][0].has_value());
  CHECK_FALSE(found.layers[1].values[0][1].has_value());
  CHECK(found.layers[3].name == "other");
  CHECK_FALSE(found.layers[3].values[0][0].has_value());
}

TEST_CASE("energies of another table are not compared, and another trace is noticed") {
  PricedResult relative = stored(sample_run());
  relative.table = "relative";
  const Comparison tables = compare_runs({stored(sample_run()), relative});
  CHECK_FALSE(tables.same_energy_tables);
  CHECK(tables.same_traces);
  CHECK_FALSE(tables.network.values[metric("energy")][0].has_value());
  CHECK(tables.network.values[metric("cycles")][0].has_value());

  PricedResult foreign = stored(sample_run());
  foreign.result.trace.sha256[0] = 'c';
  CHECK_FALSE(compare_runs({stored(sample_run()), foreign}).same_traces);
}

TEST_CASE("the screen begins with the table of machines and says what it is about") {
  const std::vector<PricedResult> runs = {stored(sample_run()), slower()};
  const Comparison found = compare_runs(runs);
  const std::string screen = compare_screen(found, runs, {"a.json", "b.json"}, false);
  CHECK(screen.rfind("machine   cycles  speed", 0) == 0);
  for (const char* part :
       {"\nA sample ", "\nB slower ", "  0.50  ", "\nB takes 2.00 of the cycles and ",
        "\ntrace samplenet (", "\nA a.json\nB b.json\n", "array.rows       2       4"})
    CHECK_MESSAGE(screen.find(part) != std::string::npos, part, "\n", screen);
  const std::string layers = compare_screen(found, runs, {"a.json", "b.json"}, true);
  CHECK(layers.rfind(screen, 0) == 0);
  for (const char* part : {"\ncycles, k cycles ", "\nMACs saved, %", "\nplain "})
    CHECK_MESSAGE(layers.find(part) != std::string::npos, part, "\n", layers);
}

TEST_CASE("the screen says which MACs a trace lacks: once for a common trace, else for each") {
  std::vector<PricedResult> runs = {stored(sample_run()), slower()};
  for (PricedResult& run : runs) run.result.trace.unrecorded = {1234, "attention"};
  const std::string lacking =
      "\n1,234 MACs per image of the network are not in this trace "
      "(attention), ";
  const auto count = [&] {
    const std::string screen = compare_screen(compare_runs(runs), runs, {"a", "b"}, false);
    int found = 0;
    for (std::size_t at = screen.find(lacking); at != screen.npos;
         at = screen.find(lacking, at + 1))
      ++found;
    return found;
  };
  CHECK(count() == 1);
  runs[1].result.trace.sha256[0] = 'c';
  CHECK(count() == 2);
  runs[1].result.trace.unrecorded = {};
  CHECK(count() == 1);
}
