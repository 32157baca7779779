// A second format of energy tables, made here alone: lines of component, action and price for one
// machine, as tools that estimate energies write them.
#include "sim/cost/table_reader.h"

#include <doctest/doctest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "sim/base/counters.h"
#include "tests/cost/prices.h"
#include "tests/support/config_error.h"

using namespace peeksim;

namespace {

bool is_csv(const std::string& path) {
  return path.size() > 4 && path.substr(path.size() - 4) == ".csv";
}

EnergyTable read_csv(const std::string& path) {
  std::ifstream file(path);
  Prices prices;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    std::stringstream fields(line);
    std::string component, action, price;
    std::getline(std::getline(std::getline(fields, component, ','), action, ','), price);
    find_action(component, action, {path, ++number, ""});
    prices[component + " " + action] = std::stod(price);
  }
  EnergyTable table = table_of_prices(prices);
  table.name = "csv";
  return table;
}

const std::vector<TableReader> readers = {{"csv", "a line per action", ".csv", is_csv, read_csv},
                                          yaml_table};

std::string csv_of(const Prices& prices) {
  std::ostringstream text;
  text.precision(17);
  for (const auto& [name, price] : prices) {
    const std::size_t space = name.find(' ');
    text << name.substr(0, space) << ',' << name.substr(space + 1) << ',' << price << '\n';
  }
  return text.str();
}

}  // namespace

TEST_CASE("a table gives the same energies in whatever format it is written") {
  const TempFolder folder;
  std::mt19937_64 random(1);
  for (const char* name : {"45nm", "eyeriss-relative"}) {
    CAPTURE(name);
    const std::string shipped = find_energy_table(name, "", {});
    MachineSpec machine;
    machine.precision = {16, 8};
    machine.clock_mhz = 700;
    machine.buffers.ofmap_bytes = 50000;
    const EnergyTable yaml = load_energy_table(shipped, readers);
    CHECK(yaml.name == name);
    // eyeriss-relative does not price what only some machines do.
    const Counters done = std::string(name) == "45nm" ? everything() : Counters();
    const Prices prices = prices_on(machine, yaml, done);
    const EnergyTable csv = load_energy_table(folder.write("t.csv", csv_of(prices)), readers);
    CHECK(prices_on(machine, csv, done) == prices);
    CHECK(csv.name == "csv");
    for (int i = 0; i < 100; ++i) {
      Counters counters;
      for_each_counter(counters, [&](const char*, const char*, Count& counter) {
        counter = static_cast<Count>(random() % 1000000007);
      });
      if (done.multicast_reads == 0)
        counters.multicast_reads = counters.weight_selects = counters.latched_operands =
            counters.zero_flags = counters.lookahead_macs = counters.lookahead_ifmap_reads =
                counters.lookahead_weight_reads = 0;
      CHECK(price(counters, rates_for(csv, machine, done)) ==
            price(counters, rates_for(yaml, machine, done)));
    }
  }
}

TEST_CASE("a reader finds actions by name, and refuses others with the nearest") {
  const TempFolder folder;
  const auto error = [&](const std::string& text) {
    folder.write("t.csv", text);
    return config_error([&] { load_energy_table(folder.path("t.csv"), readers); }, &folder);
  };
  CHECK(std::string(find_action("dram", "access", {}).unit) == "byte");
  CHECK(error("ifmap_bufer,read,1\n") ==
        "t.csv:1: unknown component 'ifmap_bufer'; did you mean 'ifmap_buffer'?");
  CHECK(error("dram,access,1\nifmap_buffer,reed,1\n") ==
        "t.csv:2: unknown action of ifmap_buffer 'reed'; did you mean 'read'?");
}

TEST_CASE("a file that no other reader recognises is read in the simulator's own format") {
  const TempFolder folder;
  CHECK(config_error([&] { load_energy_table(folder.write("t.txt", "a: 1\n"), readers); }, &folder)
            .find("t.txt:1: a: unknown key 'a'") == 0);
  CHECK(table_readers().back().recognises("anything"));
}
