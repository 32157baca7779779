// What a machine takes on silicon: each part alone, the page's numbers, and a table without areas.
#include "sim/cost/area.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "sim/cost/energy.h"
#include "tests/support/config_error.h"

using namespace peeksim;

namespace {

EnergyTable table_of(const AreaTable& area) {
  EnergyTable table;
  table.name = "mine";
  table.area = area;
  return table;
}

// Areas that are all different, so that no two can be mistaken for each other.
AreaTable distinct_areas() {
  AreaTable area;
  area.mac = {{8, 3}, {16, 5}};
  area.pe = 7, area.buffer_kib = 11, area.comparator = 13, area.window_bit = 17;
  area.register_bit = 19, area.gate = 23, area.multiplexer = 29;
  return area;
}

MachineSpec small_machine() {
  MachineSpec machine;
  machine.name = "small";
  machine.array.rows = 4, machine.array.cols = 2, machine.array.lanes = 3;
  machine.buffers.ifmap_bytes = 2048;
  machine.buffers.weight_bytes = 512;
  machine.buffers.ofmap_bytes = 4096;
  return machine;
}

Counters peeking() {
  Counters counters;
  counters.comparisons = 100;
  counters.window_bits_peak = 9;
  return counters;
}

std::map<std::string, double> by_name(const Area& area) {
  std::map<std::string, double> components;
  for (std::size_t i = 0; i < area.size(); ++i) components[area_components()[i].name] = area[i];
  return components;
}

}  // namespace

TEST_CASE("every part of a machine takes its own area") {
  const Area area = *area_of(table_of(distinct_areas()), small_machine(), peeking());
  const std::map<std::string, double> expected = {{"pe_array", 8 * (7 + 3 * 3)},
                                                  {"ifmap_buffer", 2 * 11},
                                                  {"weight_buffer", 0.5 * 11},
                                                  {"ofmap_buffer", 4 * 11},
                                                  {"prediction", 2 * 13 + 9 * 17},
                                                  {"dispatch", 0},
                                                  {"zero_skip", 0}};
  CHECK(by_name(area) == expected);
  CHECK(total_mm2(area) == 128 + 22 + 5.5 + 44 + 179);
}

TEST_CASE("a machine that peeks at nothing has no prediction unit") {
  Counters counters = peeking();
  counters.comparisons = 0;
  const Area area = *area_of(table_of(distinct_areas()), small_machine(), counters);
  CHECK(by_name(area).at("prediction") == 0);
}

TEST_CASE("a machine that sends activations to any PE has latches, tags and a bin per column") {
  Counters counters = peeking();
  counters.latched_operands = 1;
  const Area area = *area_of(table_of(distinct_areas()), small_machine(), counters);
  // Three lanes of 8 bits, and a tag of 3 bits for 8 PEs, compared by two gates a bit.
  CHECK(by_name(area).at("pe_array") == 8 * (7 + 3 * 3 + (3 * 8 + 3) * 19 + 2 * 3 * 23));
  CHECK(by_name(area).at("dispatch") == 2 * 4 * 16 * 19);  // positions of 16 bits
}

TEST_CASE("jobs need a queue, as long as it ever was, and multiplexers that select weights") {
  Counters counters = peeking();
  counters.latched_operands = counters.weight_selects = 1;
  counters.queue_peak = 5;
  MachineSpec machine = small_machine();
  machine.array.cols = 3, machine.precision.weight_bits = 16;
  const double bins = 3 * 4 * 16 * 19, queue = 5 * (4 * 16 + 2) * 19;
  const double multiplexers = 3 * (3 * 16) * 2 * 29;
  const Area area = *area_of(table_of(distinct_areas()), machine, counters);
  CHECK(by_name(area).at("dispatch") == bins + queue + multiplexers);
}

TEST_CASE("skipping needs a flag per activation, and an encoder as wide as it looks ahead") {
  Counters counters = peeking();
  counters.zero_flags = 1;
  MachineSpec machine = small_machine();
  const auto skipping = [&] {
    return by_name(*area_of(table_of(distinct_areas()), machine, counters)).at("zero_skip");
  };
  const double tap = 19 + 4 * 23;
  CHECK(skipping() == 0.25 * 11 + 128 * tap);  // half of 512 bytes of weights, by two columns
  machine.array.zero_lookahead = 6;
  CHECK(skipping() == 0.25 * 11 + 6 * tap);
  machine.precision.activation_bits = 16;
  CHECK(skipping() == 0.125 * 11 + 6 * tap);
}

TEST_CASE("a part that a table has no area of is an error only for a machine that has it") {
  AreaTable old = distinct_areas();
  old.register_bit.reset(), old.gate.reset(), old.multiplexer.reset();
  Counters counters = peeking();
  CHECK(area_of(table_of(old), small_machine(), counters));
  counters.zero_flags = 1;
  CHECK(config_error([&] { area_of(table_of(old), small_machine(), counters); }) ==
        "small: energy: energy table 'mine' has no area.register_bit, which a machine that skips "
        "zero activations needs; add it to a copy of the table, or choose another table");
  counters.latched_operands = counters.weight_selects = 1;
  old.register_bit = old.gate = 1;
  CHECK(config_error([&] { area_of(table_of(old), small_machine(), counters); }) ==
        "small: energy: energy table 'mine' has no area.multiplexer, which a machine whose columns "
        "run jobs of any channel needs; add it to a copy of the table, or choose another table");
}

TEST_CASE("the wider operand picks the MAC's area") {
  MachineSpec machine = small_machine();
  machine.precision.weight_bits = 16;
  const Area area = *area_of(table_of(distinct_areas()), machine, peeking());
  CHECK(by_name(area).at("pe_array") == 8 * (7 + 3 * 5));
}

TEST_CASE("a table without areas knows none, and one without the width says so") {
  EnergyTable table;
  CHECK_FALSE(area_of(table, small_machine(), peeking()));
  MachineSpec machine = small_machine();
  machine.precision.activation_bits = 32;
  CHECK(config_error([&] { area_of(table_of(distinct_areas()), machine, peeking()); }) ==
        "small: energy: energy table 'mine' has no area of a MAC of 32 bits; add 'mac: {32: ...}' "
        "to a "
        "copy of the table");
}

TEST_CASE("the shipped tables: 45nm has the numbers of docs/energy.md, eyeriss-relative no areas") {
  const std::string folder = PEEKSIM_SOURCE_DIR "/configs/energy/";
  MachineSpec machine;
  Counters counters;
  counters.comparisons = 1;
  counters.window_bits_peak = 8064;
  const EnergyTable table = load_energy_table(folder + "45nm.yaml");
  const std::map<std::string, double> area = by_name(*area_of(table, machine, counters));
  CHECK(area.at("pe_array") == doctest::Approx(0.317).epsilon(0.002));
  CHECK(area.at("ifmap_buffer") + area.at("weight_buffer") + area.at("ofmap_buffer") ==
        doctest::Approx(5.731).epsilon(0.001));
  CHECK(area.at("prediction") == doctest::Approx(0.06855).epsilon(0.001));
  CHECK_FALSE(load_energy_table(folder + "eyeriss-relative.yaml").area);
}
