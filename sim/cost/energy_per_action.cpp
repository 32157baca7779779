#include "sim/cost/energy_per_action.h"

#include <algorithm>
#include <cmath>

#include "sim/base/bug.h"

namespace peeksim {

namespace {

constexpr double leakage_clock_mhz = 500;  // the clock at which tables state leakage per cycle

// Of all PEs and all buffers, in a cycle. A longer cycle leaks longer.
double leakage(const EnergyPerAction& e, const MachineSpec& m) {
  const double buffer_kib =
      static_cast<double>(m.buffers.ifmap_bytes + m.buffers.weight_bytes + m.buffers.ofmap_bytes) /
      1024;
  const double pes = static_cast<double>(m.array.rows) * m.array.cols;
  return (e.leakage_pe * pes + e.leakage_buffer_kib * buffer_kib) *
         (leakage_clock_mhz / m.clock_mhz);
}

struct Price {
  const char* component;
  const char* action;
  double (*of)(const EnergyPerAction& energies, const MachineSpec& machine);
};

using E = EnergyPerAction;
using M = MachineSpec;

// Of everything but an executed MAC, whose width a table may lack.
constexpr Price prices[] = {
    {"mac", "gated", [](const E& e, const M&) { return e.mac_gated; }},
    {"psum", "update", [](const E& e, const M&) { return e.psum_register; }},
    {"transfer", "drive", [](const E& e, const M&) { return e.operand_transfer; }},
    {"ifmap_buffer", "read",
     [](const E& e, const M& m) { return e.buffer_read.at(m.buffers.ifmap_bytes); }},
    {"ifmap_buffer", "fill",
     [](const E& e, const M& m) { return e.buffer_fill.at(m.buffers.ifmap_bytes); }},
    {"weight_buffer", "read",
     [](const E& e, const M& m) { return e.buffer_read.at(m.buffers.weight_bytes); }},
    {"weight_buffer", "fill",
     [](const E& e, const M& m) { return e.buffer_fill.at(m.buffers.weight_bytes); }},
    {"ofmap_buffer", "write",
     [](const E& e, const M& m) { return e.buffer_write.at(m.buffers.ofmap_bytes); }},
    {"ofmap_buffer", "fill",
     [](const E& e, const M& m) { return e.buffer_fill.at(m.buffers.ofmap_bytes); }},
    {"ofmap_buffer", "fill_and_read",
     [](const E& e, const M& m) {
       return e.buffer_fill.at(m.buffers.ofmap_bytes) + e.buffer_read.at(m.buffers.ofmap_bytes);
     }},
    {"ofmap_buffer", "read",
     [](const E& e, const M& m) { return e.buffer_read.at(m.buffers.ofmap_bytes); }},
    {"dram", "access", [](const E& e, const M&) { return e.dram; }},
    {"prediction", "comparison", [](const E& e, const M&) { return e.comparison; }},
    {"prediction", "window_bit", [](const E& e, const M&) { return e.window_bit; }},
    {"leakage", "cycle", leakage},
};

}  // namespace

double CapacityCurve::at(Bytes capacity) const {
  const auto above = points_.lower_bound(capacity);
  if (above == points_.end()) return points_.rbegin()->second;
  if (above == points_.begin() || above->first == capacity) return above->second;
  const auto below = std::prev(above);
  const double slope = std::log(above->second / below->second) /
                       std::log(static_cast<double>(above->first) / below->first);
  return below->second * std::pow(static_cast<double>(capacity) / below->first, slope);
}

EnergyTable energy_table(std::string name, EnergyPerAction energies) {
  EnergyTable table;
  table.name = std::move(name);
  table.price = [energies = std::move(energies), name = table.name](
                    const EnergyComponent& component, const EnergyAction& action,
                    const MachineSpec& machine) {
    const std::string owner = component.name, what = action.name;
    if (owner == "mac" && what == "executed")
      return require_width(energies.mac, name, machine, "MAC");
    for (const Price& price : prices)
      if (owner == price.component && what == price.action) return price.of(energies, machine);
    throw bug(owner + " " + what, "has no price");
  };
  return table;
}

int operand_bits(const MachineSpec& machine) {
  return 8 * std::max(machine.precision.activation_bytes, machine.precision.weight_bytes);
}

double require_width(const std::map<int, double>& by_width, const std::string& table,
                     const MachineSpec& machine, const std::string& what) {
  const int bits = operand_bits(machine);
  const auto found = by_width.find(bits);
  if (found != by_width.end()) return found->second;
  throw Error(
      ErrorKind::config, machine.location("energy"),
      "energy table '" + table + "' has no " + what + " of " + std::to_string(bits) + " bits",
      "add 'mac: {" + std::to_string(bits) + ": ...}' to a copy of the table");
}

}  // namespace peeksim
