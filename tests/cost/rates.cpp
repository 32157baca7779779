// A table looked up for a machine: operand width, capacities of the buffers, clock.
#include <doctest/doctest.h>

#include <string>

#include "sim/base/error.h"
#include "sim/cost/energy_per_action.h"
#include "tests/cost/prices.h"

using namespace peeksim;

namespace {

EnergyPerAction energies() {
  EnergyPerAction e;
  e.mac = {{8, 0.25}, {16, 1}};
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

TEST_CASE("actions that depend on nothing are taken as they are") {
  EnergyPerAction e = energies();
  e.mac_gated = 2, e.psum_register = 3, e.operand_transfer = 4;
  e.dram = 5, e.comparison = 6, e.window_bit = 7;
  const Prices prices = prices_on(machine(), energy_table("mine", e));
  CHECK(prices.at("mac gated") == 2);
  CHECK(prices.at("psum update") == 3);
  CHECK(prices.at("transfer drive") == 4);
  CHECK(prices.at("dram access") == 5);
  CHECK(prices.at("prediction comparison") == 6);
  CHECK(prices.at("prediction window_bit") == 7);
}

TEST_CASE("a MAC is as wide as the wider of its operands") {
  MachineSpec m = machine();
  const auto executed = [&] { return prices_on(m, table()).at("mac executed"); };
  CHECK(executed() == 0.25);
  m.precision = {2, 1};
  CHECK(executed() == 1);
  m.precision = {1, 2};
  CHECK(executed() == 1);
}

TEST_CASE("elements are counted, and buffers move bytes of the machine's widths") {
  MachineSpec m = machine();
  m.precision = {2, 1};
  CHECK(rates_for(table(), m).precision.activation_bytes == 2);
  CHECK(rates_for(table(), m).precision.weight_bytes == 1);
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
  CHECK(leakage(machine()) == 0.5 * 15 + 4 * 7);
  MachineSpec larger = machine();
  larger.array.rows = 6;
  CHECK(leakage(larger) == 0.5 * 30 + 4 * 7);
  larger.buffers.ofmap_bytes += 512;
  CHECK(leakage(larger) == 0.5 * 30 + 4 * 7.5);
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
  CHECK(leakage(slow) == leakage(machine()) / 2);
}
