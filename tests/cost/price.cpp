// What counters cost: the worked example of docs/energy.md, and each counter alone.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>

#include "tests/cost/prices.h"

using namespace peeksim;

namespace {

using Components = std::map<std::string, double>;

EnergyTable shipped(const std::string& name) {
  return load_energy_table(PEEKSIM_SOURCE_DIR "/configs/energy/" + name + ".yaml");
}

Components by_name(const Energy& energy) {
  Components components;
  for (std::size_t i = 0; i < energy.size(); ++i)
    components[energy_components()[i].name] = energy[i];
  return components;
}

// Prices that are all different, so that no two can be mistaken for each other.
EnergyRates distinct_rates() {
  MachineSpec machine;
  machine.precision = {16, 32};
  return rates_for(table_of_prices({{"mac executed", 3},
                                    {"mac gated", 0.5},
                                    {"mac lookahead", 101},
                                    {"psum update", 5},
                                    {"psum lookahead", 103},
                                    {"transfer row", 7},
                                    {"transfer column", 13},
                                    {"transfer job_column", 61},
                                    {"transfer multicast", 67},
                                    {"transfer lookahead_row", 107},
                                    {"transfer lookahead_column", 109},
                                    {"ifmap_buffer read", 11},
                                    {"ifmap_buffer fill", 17},
                                    {"ifmap_buffer lookahead", 113},
                                    {"weight_buffer read", 19},
                                    {"weight_buffer fill", 29},
                                    {"weight_buffer lookahead", 127},
                                    {"ofmap_buffer write", 37},
                                    {"ofmap_buffer fill", 41},
                                    {"ofmap_buffer fill_and_read", 72},
                                    {"ofmap_buffer read", 31},
                                    {"dram access", 43},
                                    {"prediction comparison", 47},
                                    {"prediction window_bit", 53},
                                    {"prediction decision", 97},
                                    {"dispatch tag", 71},
                                    {"dispatch latch", 73},
                                    {"dispatch select", 79},
                                    {"zero_skip flag", 83},
                                    {"leakage cycle", 59}}),
                   machine, everything());
}

// The small machine and the counters of the example in docs/machine.md.
MachineSpec example_machine() {
  MachineSpec machine;
  machine.name = "example";
  machine.array.rows = 4, machine.array.cols = 2;
  machine.buffers.ifmap_bytes = 64;
  machine.buffers.weight_bytes = 16;
  machine.buffers.ofmap_bytes = 64;
  return machine;
}

Counters example_counters() {
  Counters c;
  c.macs_total = 128, c.macs_predicted = 40, c.macs_executed = 88;
  c.predicted_zero = 10;
  c.comparisons = 16, c.windows = 8;
  c.ifmap_reads = 56, c.weight_reads = 28, c.ofmap_writes = 22;
  c.ifmap_fill_bytes = 25, c.weight_fill_bytes = 8;
  c.dram_read_bytes = 33, c.dram_write_bytes = 32;
  c.cycles = 61;
  return c;
}

}  // namespace

TEST_CASE("the example of docs/energy.md has the energies of the page") {
  const Energy energy = price(example_counters(), rates_for(shipped("45nm"), example_machine()));
  const Components expected = {{"mac", 26.4},
                               {"psum", 50.688},
                               {"transfer", 0.97 * std::sqrt(0.00124) * (56 * 2 + 28 * 4)},
                               {"ifmap_buffer", 10.854},
                               {"weight_buffer", 4.824},
                               {"ofmap_buffer", 8.576},
                               {"dram", 10400},
                               {"prediction", 4.1},
                               {"dispatch", 0},
                               {"zero_skip", 0},
                               {"leakage", 10.134578125}};
  const Components got = by_name(energy);
  REQUIRE(got.size() == expected.size());
  for (const auto& component : expected) {
    CAPTURE(component.first);
    CHECK(got.at(component.first) == doctest::Approx(component.second).epsilon(1e-12));
  }
  CHECK(total(energy) == doctest::Approx(10523.228).epsilon(1e-7));
}

TEST_CASE("without a table everything is free") {
  CHECK(total(price(example_counters(), EnergyRates())) == 0);
}

TEST_CASE("counters of 0 cost nothing") {
  const Energy energy = price(Counters(), distinct_rates());
  CHECK(energy.size() == energy_components().size());
  CHECK(total(energy) == 0);
}

TEST_CASE("each counter is priced where the page says, and nowhere else") {
  const std::map<std::string, Components> prices = {
      {"macs_executed", {{"mac", 3}, {"psum", 5}}},
      {"macs_predicted", {{"mac", 0.5}}},
      {"macs_zero_gated", {{"mac", 0.5}}},
      {"ifmap_reads", {{"transfer", 2 * 7}, {"ifmap_buffer", 2 * 11}}},
      {"weight_reads", {{"transfer", 4 * 13}, {"weight_buffer", 4 * 19}}},
      {"multicast_reads", {{"transfer", 2 * (67 - 7)}, {"dispatch", 71}}},
      {"weight_selects", {{"transfer", 4 * 61}, {"dispatch", 4 * 79}}},
      {"latched_operands", {{"dispatch", 2 * 73}}},
      {"zero_flags", {{"zero_skip", 83}}},
      {"ifmap_fill_bytes", {{"ifmap_buffer", 17}}},
      {"weight_fill_bytes", {{"weight_buffer", 29}}},
      {"ofmap_writes", {{"ofmap_buffer", 2 * 37}}},
      {"predicted_zero", {{"ofmap_buffer", 2 * 41}}},
      {"residual_bytes", {{"ofmap_buffer", 72}}},
      {"dram_read_bytes", {{"dram", 43}}},
      {"dram_write_bytes", {{"dram", 43}, {"ofmap_buffer", 31}}},
      {"comparisons", {{"prediction", 47}}},
      {"windows", {{"prediction", 53}}},
      {"decision_macs", {{"prediction", 97}}},
      {"cut_short", {{"ofmap_buffer", -2 * 41}}},
      {"lookahead_macs", {{"mac", 101}, {"psum", 103}}},
      {"lookahead_ifmap_reads", {{"transfer", 107}, {"ifmap_buffer", 113}}},
      {"lookahead_weight_reads", {{"transfer", 109}, {"weight_buffer", 127}}},
      {"cycles", {{"leakage", 59}}}};
  std::size_t priced = 0;
  const Counters list;
  for_each_counter(list, [&](const char* which, const char*, Count) {
    CAPTURE(which);
    Counters counters;
    for_each_counter(counters, [&](const char* name, const char*, Count& counter) {
      if (std::string(name) == which) counter = 10;
    });
    const auto found = prices.find(which);
    priced += found != prices.end();
    for (const auto& row : by_name(price(counters, distinct_rates()))) {
      const auto& component = row.first;
      const auto energy = row.second;
      CAPTURE(component);
      const bool costs = found != prices.end() && found->second.count(component) > 0;
      CHECK(energy == (costs ? 10 * found->second.at(component) : 0));
    }
  });
  CHECK(priced == prices.size());
}

TEST_CASE("energy is linear: the sum of two runs costs the sum of their energies") {
  Counters sum = example_counters();
  sum += example_counters();
  CHECK(total(price(sum, distinct_rates())) ==
        2 * total(price(example_counters(), distinct_rates())));
}

TEST_CASE("counts beyond 32 bits are priced exactly") {
  Counters counters;
  counters.ifmap_reads = Count{1} << 40;
  CHECK(by_name(price(counters, distinct_rates())).at("transfer") == 14.0 * (Count{1} << 40));
}

TEST_CASE("the total is the sum of the components, whose names are unique") {
  CHECK(total({1, 2, 3.5}) == 6.5);
  CHECK(total({}) == 0);
  CHECK(by_name(price(Counters(), distinct_rates())).size() == energy_components().size());
}
