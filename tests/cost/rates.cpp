// A table looked up for a machine: operand width, capacities of the buffers, clock.
#include <doctest/doctest.h>

#include <string>

#include "sim/base/error.h"
#include "sim/cost/energy.h"

using namespace peeksim;

namespace {

EnergyTable table() {
  EnergyTable t;
  t.name = "mine";
  t.mac = {{8, 0.25}, {16, 1}};
  t.buffer_read = CapacityCurve({{1024, 1}, {2048, 2}, {4096, 3}});
  t.buffer_write = CapacityCurve({{1024, 10}, {2048, 20}, {4096, 30}});
  t.buffer_fill = CapacityCurve({{1024, 100}, {2048, 200}, {4096, 300}});
  t.leakage_pe = 0.5;
  t.leakage_buffer_kib = 4;
  return t;
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

std::string error(const EnergyTable& t, const MachineSpec& m) {
  try {
    rates_for(t, m);
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::config);
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("each buffer has the energies of its whole capacity") {
  const EnergyRates rates = rates_for(table(), machine());
  CHECK(rates.ifmap.read == 1);
  CHECK(rates.ifmap.write == 10);
  CHECK(rates.ifmap.fill == 100);
  CHECK(rates.weight.read == 2);
  CHECK(rates.weight.write == 20);
  CHECK(rates.weight.fill == 200);
  CHECK(rates.ofmap.read == 3);
  CHECK(rates.ofmap.write == 30);
  CHECK(rates.ofmap.fill == 300);
}

TEST_CASE("actions that depend on nothing are taken as they are") {
  EnergyTable t = table();
  t.mac_gated = 2, t.psum_register = 3, t.operand_transfer = 4;
  t.dram = 5, t.comparison = 6, t.window_bit = 7;
  const EnergyRates rates = rates_for(t, machine());
  CHECK(rates.mac_gated == 2);
  CHECK(rates.psum_register == 3);
  CHECK(rates.operand_transfer == 4);
  CHECK(rates.dram == 5);
  CHECK(rates.comparison == 6);
  CHECK(rates.window_bit == 7);
}

TEST_CASE("a MAC is as wide as the wider of its operands") {
  MachineSpec m = machine();
  CHECK(rates_for(table(), m).mac == 0.25);
  m.precision = {2, 1};
  CHECK(rates_for(table(), m).mac == 1);
  CHECK(rates_for(table(), m).activation_bytes == 2);
  CHECK(rates_for(table(), m).weight_bytes == 1);
  m.precision = {1, 2};
  CHECK(rates_for(table(), m).mac == 1);
}

TEST_CASE("a width that the table lacks is an error that names both") {
  MachineSpec m = machine();
  m.precision = {1, 4};
  m.where["energy"] = {"m.yaml", 9, "energy"};
  CHECK(error(table(), machine()) == "no error");
  CHECK(error(table(), m) ==
        "m.yaml:9: energy: energy table 'mine' has no MAC of 32 bits; add 'mac: {32: ...}' to a "
        "copy of the table");
}

TEST_CASE("leakage is that of all PEs and all buffers") {
  CHECK(rates_for(table(), machine()).leakage == 0.5 * 15 + 4 * 7);
  MachineSpec larger = machine();
  larger.array.rows = 6;
  CHECK(rates_for(table(), larger).leakage == 0.5 * 30 + 4 * 7);
  larger.buffers.ofmap_bytes += 512;
  CHECK(rates_for(table(), larger).leakage == 0.5 * 30 + 4 * 7.5);
}

TEST_CASE("a cycle leaks in proportion to its length, and nothing else depends on the clock") {
  Counters all;
  for_each_counter(all, [](const char*, const char*, Count& counter) { counter = 3; });
  MachineSpec slow = machine();
  slow.clock_mhz = 125;
  const Energy at_500 = price(all, rates_for(table(), machine()));
  const Energy at_125 = price(all, rates_for(table(), slow));
  for (std::size_t i = 0; i < at_500.size(); ++i) {
    const bool leaks = std::string(energy_components()[i].name) == "leakage";
    CAPTURE(energy_components()[i].name);
    CHECK(at_125[i] == at_500[i] * (leaks ? 4 : 1));
  }
  slow.clock_mhz = 1000;
  CHECK(rates_for(table(), slow).leakage == rates_for(table(), machine()).leakage / 2);
}
