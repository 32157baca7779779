#include "sim/cost/energy.h"

#include <algorithm>
#include <numeric>

#include "sim/base/error.h"

namespace peeksim {

namespace {

constexpr double leakage_clock_mhz = 500;  // the clock at which tables state leakage per cycle

double mac(const Counters& c, const EnergyRates& e) {
  return c.macs_executed * e.mac + (c.macs_predicted + c.macs_zero_gated) * e.mac_gated;
}

double psum(const Counters& c, const EnergyRates& e) {
  return c.macs_executed * e.psum_register;
}

double transfer(const Counters& c, const EnergyRates& e) {
  return (c.ifmap_reads * e.activation_bytes + c.weight_reads * e.weight_bytes) *
         e.operand_transfer;
}

double ifmap_buffer(const Counters& c, const EnergyRates& e) {
  return c.ifmap_reads * e.activation_bytes * e.ifmap.read + c.ifmap_fill_bytes * e.ifmap.fill;
}

double weight_buffer(const Counters& c, const EnergyRates& e) {
  return c.weight_reads * e.weight_bytes * e.weight.read + c.weight_fill_bytes * e.weight.fill;
}

// The array writes what it computed, predicted zeros are filled in, a residual is filled and read
// back, and the storer reads what goes to DRAM.
double ofmap_buffer(const Counters& c, const EnergyRates& e) {
  return c.ofmap_writes * e.activation_bytes * e.ofmap.write +
         c.predicted_zero * e.activation_bytes * e.ofmap.fill +
         c.residual_bytes * (e.ofmap.fill + e.ofmap.read) + c.dram_write_bytes * e.ofmap.read;
}

double dram(const Counters& c, const EnergyRates& e) {
  return (c.dram_read_bytes + c.dram_write_bytes) * e.dram;
}

double prediction(const Counters& c, const EnergyRates& e) {
  return c.comparisons * e.comparison + c.windows * e.window_bit;
}

double leakage(const Counters& c, const EnergyRates& e) {
  return c.cycles * e.leakage;
}

EnergyRates::Buffer buffer_rates(const EnergyTable& table, Bytes capacity) {
  return {table.buffer_read.at(capacity), table.buffer_write.at(capacity),
          table.buffer_fill.at(capacity)};
}

}  // namespace

int operand_bits(const MachineSpec& machine) {
  return 8 * std::max(machine.precision.activation_bytes, machine.precision.weight_bytes);
}

double require_width(const std::map<int, double>& by_width, const EnergyTable& table,
                     const MachineSpec& machine, const std::string& what) {
  const int bits = operand_bits(machine);
  const auto found = by_width.find(bits);
  if (found != by_width.end()) return found->second;
  throw Error(
      ErrorKind::config, machine.location("energy"),
      "energy table '" + table.name + "' has no " + what + " of " + std::to_string(bits) + " bits",
      "add 'mac: {" + std::to_string(bits) + ": ...}' to a copy of the table");
}

EnergyRates rates_for(const EnergyTable& table, const MachineSpec& machine) {
  EnergyRates rates;
  rates.mac = require_width(table.mac, table, machine, "MAC");
  rates.mac_gated = table.mac_gated;
  rates.psum_register = table.psum_register;
  rates.operand_transfer = table.operand_transfer;
  rates.ifmap = buffer_rates(table, machine.buffers.ifmap_bytes);
  rates.weight = buffer_rates(table, machine.buffers.weight_bytes);
  rates.ofmap = buffer_rates(table, machine.buffers.ofmap_bytes);
  rates.dram = table.dram;
  rates.comparison = table.comparison;
  rates.window_bit = table.window_bit;
  rates.activation_bytes = machine.precision.activation_bytes;
  rates.weight_bytes = machine.precision.weight_bytes;
  const double buffer_kib =
      static_cast<double>(machine.buffers.ifmap_bytes + machine.buffers.weight_bytes +
                          machine.buffers.ofmap_bytes) /
      1024;
  const double pes = static_cast<double>(machine.array.rows) * machine.array.cols;
  // A longer cycle leaks longer.
  rates.leakage = (table.leakage_pe * pes + table.leakage_buffer_kib * buffer_kib) *
                  (leakage_clock_mhz / machine.clock_mhz);
  return rates;
}

const std::vector<EnergyComponent>& energy_components() {
  static const std::vector<EnergyComponent> table = {
      {"mac", "MAC", mac},
      {"psum", "psum registers", psum},
      {"transfer", "operand wires", transfer},
      {"ifmap_buffer", "ifmap buffer", ifmap_buffer},
      {"weight_buffer", "weight buffer", weight_buffer},
      {"ofmap_buffer", "ofmap buffer", ofmap_buffer},
      {"dram", "DRAM", dram},
      {"prediction", "prediction unit", prediction},
      {"leakage", "leakage", leakage},
  };
  return table;
}

Energy price(const Counters& counters, const EnergyRates& rates) {
  Energy energy;
  for (const EnergyComponent& component : energy_components())
    energy.push_back(component.energy(counters, rates));
  return energy;
}

double total(const Energy& energy) {
  return std::accumulate(energy.begin(), energy.end(), 0.0);
}

}  // namespace peeksim
