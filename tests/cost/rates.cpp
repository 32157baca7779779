// A table looked up for a machine: operand width, length of the wires, capacities of the buffers,
// kind of DRAM, clock; and what a machine needs that a table may lack.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/cost/energy_per_action.h"
#include "tests/cost/prices.h"

using namespace peeksim;

namespace {

EnergyPerAction energies() {
  EnergyPerAction e;
  e.mac = {{8, 0.25}, {16, 1}};
  e.operand_transfer = 4;
  e.dram = {{"generic", 5}};
  e.buffer_read = CapacityCurve({{1024, 1}, {2048, 2}, {4096, 3}});
  e.buffer_write = CapacityCurve({{1024, 10}, {2048, 20}, {4096, 30}});
  e.buffer_fill = CapacityCurve({{1024, 100}, {2048, 200}, {4096, 300}});
  e.leakage_pe = 0.5;
  e.leakage_buffer_kib = 4;
  return e;
}

EnergyTable table() {
  return energy_table("mine", energies());
}

MachineSpec machine() {
  MachineSpec m;
  m.name = "m";
  m.array.rows = 3, m.array.cols = 5;
  m.buffers.ifmap_bytes = 1024;
  m.buffers.weight_bytes = 2048;
  m.buffers.ofmap_bytes = 4096;
  return m;
}

double leakage(const MachineSpec& m) {
  return prices_on(m, table()).at("leakage cycle");
}

// The same with wires of 2 per byte and mm between PEs of 4 mm2, 9 mm2 with a latch; whatever only
// some machines need is there.
EnergyPerAction wired() {
  EnergyPerAction e = energies();
  e.operand_transfer.reset();
  e.wire = 2;
  e.operand_latch = 3, e.tag_bit = 0.5, e.weight_select = 7;
  return e;
}

AreaTable four_mm2() {
  AreaTable area;
  area.mac = {{8, 3}};
  area.pe = 1;
  area.register_bit = 0.25;  // times 8 bits and a tag of 4
  area.gate = 0.25;          // times 2 for each bit of the tag
  return area;
}

Counters multicasting_once() {
  Counters done;
  done.ifmap_reads = done.multicast_reads = done.latched_operands = 1;
  return done;
}

std::string error(const EnergyTable& t, const MachineSpec& m, const Counters& done = {}) {
  try {
    rates_for(t, m, done);
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::config);
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("each buffer has the energies of its whole capacity") {
  const Prices prices = prices_on(machine(), table());
  CHECK(prices.at("ifmap_buffer read") == 1);
  CHECK(prices.at("ifmap_buffer fill") == 100);
  CHECK(prices.at("weight_buffer read") == 2);
  CHECK(prices.at("weight_buffer fill") == 200);
  CHECK(prices.at("ofmap_buffer read") == 3);
  CHECK(prices.at("ofmap_buffer write") == 30);
  CHECK(prices.at("ofmap_buffer fill") == 300);
  CHECK(prices.at("ofmap_buffer fill_and_read") == 303);
}

TEST_CASE("prices that do not depend on the machine are used unchanged") {
  EnergyPerAction e = energies();
  e.mac_gated = 2, e.psum_register = 3, e.comparison = 6, e.window_bit = 7;
  const Prices prices = prices_on(machine(), energy_table("mine", e));
  CHECK(prices.at("mac gated") == 2);
  CHECK(prices.at("psum update") == 3);
  CHECK(prices.at("transfer row") == 4);
  CHECK(prices.at("transfer column") == 4);
  CHECK(prices.at("dram access") == 5);
  CHECK(prices.at("prediction comparison") == 6);
  CHECK(prices.at("prediction window_bit") == 7);
}

TEST_CASE("a MAC is as wide as the wider of its operands") {
  MachineSpec m = machine();
  const auto executed = [&] { return prices_on(m, table()).at("mac executed"); };
  CHECK(executed() == 0.25);
  m.precision = {16, 8};
  CHECK(executed() == 1);
  m.precision = {8, 16};
  CHECK(executed() == 1);
}

TEST_CASE("elements are counted, and buffers move bytes of the machine's widths") {
  MachineSpec m = machine();
  m.precision = {16, 8};
  CHECK(rates_for(table(), m).precision.activation_bits == 16);
  CHECK(rates_for(table(), m).precision.weight_bits == 8);
}

TEST_CASE("a width that the table lacks is an error that names both") {
  MachineSpec m = machine();
  m.precision = {8, 32};
  m.where["energy"] = {"m.yaml", 9, "energy"};
  CHECK(error(table(), machine()) == "no error");
  CHECK(error(table(), m) ==
        "m.yaml:9: energy: energy table 'mine' has no MAC of 32 bits; add 'mac: {32: ...}' to a "
        "copy of the table");
}

TEST_CASE("leakage is that of all PEs and all buffers") {
  CHECK(leakage(machine()) == 0.5 * 15 + 4 * 7);
  MachineSpec larger = machine();
  larger.array.rows = 6;
  CHECK(leakage(larger) == 0.5 * 30 + 4 * 7);
  larger.buffers.ofmap_bytes += 512;
  CHECK(leakage(larger) == 0.5 * 30 + 4 * 7.5);
}

TEST_CASE("a cycle leaks in proportion to its length, and nothing else depends on the clock") {
  const EnergyTable t = energy_table("mine", wired(), four_mm2());
  const Counters all = everything();
  MachineSpec slow = machine();
  slow.clock_mhz = 125;
  const Energy at_500 = price(all, rates_for(t, machine(), all));
  const Energy at_125 = price(all, rates_for(t, slow, all));
  for (std::size_t i = 0; i < at_500.size(); ++i) {
    const bool leaks = std::string(energy_components()[i].name) == "leakage";
    CAPTURE(energy_components()[i].name);
    CHECK(at_125[i] == at_500[i] * (leaks ? 4 : 1));
  }
  slow.clock_mhz = 1000;
  CHECK(leakage(slow) == leakage(machine()) / 2);
}

TEST_CASE("a row's wire is as long as its PEs are wide, and a column's as they are high") {
  const Prices prices = prices_on(machine(), energy_table("mine", wired(), four_mm2()));
  CHECK(prices.at("transfer row") == 2 * 5 * 2);
  CHECK(prices.at("transfer column") == 2 * 3 * 2);
  CHECK(prices.count("transfer multicast") == 0);  // this machine does not
}

TEST_CASE("a multicast drives a comb over all PEs, which a latch in each sets further apart") {
  const EnergyTable t = energy_table("mine", wired(), four_mm2());
  const Prices prices = prices_on(machine(), t, multicasting_once());
  const double pitch = std::sqrt(4 + 0.25 * (8 + 4) + 0.25 * 2 * 4);  // 15 PEs: tags of 4 bits
  CHECK(pitch == 3);
  CHECK(prices.at("transfer row") == 2 * 5 * pitch);
  CHECK(prices.at("transfer column") == 2 * 3 * pitch);
  CHECK(prices.at("transfer multicast") == 2 * 15 * pitch);
  CHECK(prices.at("dispatch tag") == 0.5 * 4 * 15);
  CHECK(prices.at("dispatch latch") == 3);
}

TEST_CASE("a machine may say how long its multicast wire is, and changes no other wire by it") {
  const EnergyTable t = energy_table("mine", wired(), four_mm2());
  MachineSpec m = machine();
  const Prices before = prices_on(m, t, multicasting_once());
  m.array.multicast_mm = 0.5;
  Prices expected = before;
  expected["transfer multicast"] = 2 * 0.5;
  CHECK(prices_on(m, t, multicasting_once()) == expected);
}

TEST_CASE("a weight of a job passes a tree of multiplexers, then goes down the job's column") {
  Counters done = multicasting_once();
  done.weight_selects = 1;
  const Prices prices = prices_on(machine(), energy_table("mine", wired(), four_mm2()), done);
  CHECK(prices.at("dispatch select") == 7 * 4);
  CHECK(prices.at("transfer job_column") == prices.at("transfer column"));
}

TEST_CASE("a flag of a zero activation is a bit of an SRAM of its own") {
  Counters done;
  done.zero_flags = 1;
  MachineSpec m = machine();
  m.buffers.ifmap_bytes = 16384;  // as many flags, in 2 KiB
  CHECK(prices_on(m, table(), done).at("zero_skip flag") == 2.0 / 8);
  m.precision.activation_bits = 16;
  CHECK(prices_on(m, table(), done).at("zero_skip flag") == 1.0 / 8);
}

TEST_CASE("every action of the machine is priced, or the error names the missing price") {
  const auto lacking = [&](const std::function<void(EnergyPerAction&, AreaTable&)>& remove) {
    EnergyPerAction e = wired();
    AreaTable area = four_mm2();
    remove(e, area);
    return error(energy_table("mine", e, area), machine(), everything());
  };
  const std::string start = "m: energy: energy table 'mine' has no ";
  const std::string any_pe = ", which a machine that sends activations to any PE needs; ";
  const std::string remedy = "add it to a copy of the table, or choose another table";
  CHECK(lacking([](EnergyPerAction&, AreaTable&) {}) == "no error");
  CHECK(lacking([](EnergyPerAction& e, AreaTable&) { e.wire.reset(), e.operand_transfer = 1; }) ==
        start + "actions.wire" + any_pe + remedy);
  CHECK(lacking([](EnergyPerAction& e, AreaTable&) { e.tag_bit.reset(); }) ==
        start + "actions.tag_bit" + any_pe + remedy);
  CHECK(lacking([](EnergyPerAction& e, AreaTable&) { e.operand_latch.reset(); }) ==
        start + "actions.operand_latch" + any_pe + remedy);
  CHECK(lacking([](EnergyPerAction& e, AreaTable&) { e.weight_select.reset(); }) ==
        start +
            "actions.weight_select, which a machine whose columns run jobs of any channel needs; " +
            remedy);
  CHECK(lacking([](EnergyPerAction&, AreaTable& a) { a.register_bit.reset(); }) ==
        start + "area.register_bit" + any_pe + remedy);
  CHECK(lacking([](EnergyPerAction&, AreaTable& a) { a.gate.reset(); }) ==
        start + "area.gate" + any_pe + remedy);
}

TEST_CASE("actions that the machine did not do need no price") {
  CHECK(error(table(), machine()) == "no error");
  Counters done = everything();
  done.multicast_reads = done.latched_operands = done.weight_selects = 0;
  CHECK(error(table(), machine(), done) == "no error");
}

TEST_CASE("a wire without areas has no length, unless the machine states it") {
  const EnergyTable t = energy_table("mine", wired());
  const std::string start =
      "m: energy: energy table 'mine' has a wire and no area, so that nothing says how long the "
      "array's wires are; add area: to a copy of the table, or ";
  CHECK(error(t, machine()) == start + "give operand_transfer in place of wire");
  const EnergyAction& multicast = energy_components()[2].actions[3];
  REQUIRE(std::string(multicast.name) == "multicast");
  const auto price = [&](double mm) {
    MachineSpec m = machine();
    m.array.multicast_mm = mm;
    return t.price(energy_components()[2], multicast, m, multicasting_once());
  };
  CHECK(price(1.5) == 3);
  try {
    price(0);
    FAIL_CHECK("priced");
  } catch (const Error& e) {
    CHECK(e.what() == start + "set array.multicast_mm");
  }
}

TEST_CASE("the kind of DRAM picks its price and nothing else") {
  EnergyPerAction e = energies();
  e.dram = {{"generic", 5}, {"hbm2", 2}};
  MachineSpec m = machine();
  Prices expected = prices_on(m, energy_table("mine", e));
  m.dram.kind = "hbm2";
  expected["dram access"] = 2;
  CHECK(prices_on(m, energy_table("mine", e)) == expected);
}

TEST_CASE("a kind of DRAM that the table does not price is refused with those that it does") {
  EnergyPerAction e = energies();
  e.dram = {{"generic", 5}, {"hbm2", 2}};
  MachineSpec m = machine();
  m.dram.kind = "ddr4";
  m.where["dram.kind"] = {"m.yaml", 7, "dram.kind"};
  CHECK(error(energy_table("mine", e), m) ==
        "m.yaml:7: dram.kind: energy table 'mine' has no DRAM of kind 'ddr4', only: generic, hbm2; "
        "choose one of these, or add 'dram: {ddr4: ...}' to a copy of the table");
}

TEST_CASE("a buffer outside a table's capacities is a doubt, once for each, and others are not") {
  MachineSpec m = machine();
  CHECK(table().warnings(m).empty());
  m.buffers.ifmap_bytes = 1023;
  m.buffers.ofmap_bytes = 4097;
  CHECK(table().warnings(m) ==
        std::vector<std::string>{
            "buffers.ifmap_bytes: energy table 'mine' knows buffers of 1024 to 4096 bytes; one of "
            "1023 is priced as the nearest",
            "buffers.ofmap_bytes: energy table 'mine' knows buffers of 1024 to 4096 bytes; one of "
            "4097 is priced as the nearest"});
  EnergyPerAction one_point = energies();
  one_point.buffer_read = one_point.buffer_write = one_point.buffer_fill =
      CapacityCurve(std::map<Bytes, double>{{2048, 1}});
  CHECK(energy_table("mine", one_point).warnings(m).empty());
}
