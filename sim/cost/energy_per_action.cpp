#include "sim/cost/energy_per_action.h"

#include <cmath>

#include "sim/base/bug.h"
#include "sim/config/lookahead.h"
#include "sim/cost/area.h"
#include "sim/cost/stated.h"

namespace peeksim {

namespace {

constexpr double leakage_clock_mhz = 500;  // the clock at which tables state leakage per cycle

// What the price of an action depends on.
struct PriceContext {
  const EnergyPerAction& e;
  const EnergyTable& table;  // its name and areas
  const MachineSpec& m;
  const Counters& totals;
};

using Q = PriceContext;

// Leakage of all PEs and buffers in a cycle. A longer cycle leaks more.
double leakage(const Q& q) {
  const BufferSpec& buffers = q.m.buffers;
  const double buffer_kib =
      static_cast<double>(buffers.ifmap_bytes + buffers.weight_bytes + buffers.ofmap_bytes) / 1024;
  const double pes = static_cast<double>(q.m.array.rows) * q.m.array.cols;
  return (q.e.leakage_pe * pes + q.e.leakage_buffer_kib * buffer_kib) *
         (leakage_clock_mhz / q.m.clock_mhz);
}

// The pitch of the array: PEs are assumed square.
double pe_mm(const Q& q, const char* remedy) {
  if (q.table.area) return std::sqrt(pe_mm2(q.table, q.m, q.totals));
  throw Error(ErrorKind::config, q.m.location("energy"),
              "energy table '" + q.table.name +
                  "' has a wire and no area, so that nothing says how long the array's wires are",
              remedy);
}

// A byte sent along `pes` PEs.
double wire(const Q& q, int pes) {
  if (q.e.operand_transfer) return *q.e.operand_transfer;
  return *q.e.wire * pes *
         pe_mm(q, "add area: to a copy of the table, or give operand_transfer in place of wire");
}

// Of an element of the look-ahead.
double lookahead_bytes(const Q& q) {
  return q.m.parameters.of(lookahead_bits) / 8;
}

double row(const Q& q) {
  return wire(q, q.m.array.cols);
}

double column(const Q& q) {
  return wire(q, q.m.array.rows);
}

// A comb of wires over the whole array, unless the machine says how long the wire is.
double multicast(const Q& q) {
  const double per_mm = require_stated(q.e.wire, q.table, q.m, "actions.wire", multicasting);
  const ArraySpec& array = q.m.array;
  if (array.multicast_mm > 0) return per_mm * array.multicast_mm;
  return per_mm * array.rows * array.cols *
         pe_mm(q, "add area: to a copy of the table, or set array.multicast_mm");
}

// Every PE compares the tag.
double tag(const Q& q) {
  return require_stated(q.e.tag_bit, q.table, q.m, "actions.tag_bit", multicasting) *
         tag_bits(q.m) * q.m.array.rows * q.m.array.cols;
}

double latch(const Q& q) {
  return require_stated(q.e.operand_latch, q.table, q.m, "actions.operand_latch", multicasting);
}

// A multiplexer of `cols` inputs is a tree, in which all nodes change: each has new weights.
double select(const Q& q) {
  return require_stated(q.e.weight_select, q.table, q.m, "actions.weight_select", running_jobs) *
         (q.m.array.cols - 1);
}

// The flags are an SRAM of their own.
double zero_flag(const Q& q) {
  return q.e.buffer_read.at(zero_flag_bytes(q.m)) / 8;
}

double dram(const Q& q) {
  const auto found = q.e.dram.find(q.m.dram.kind);
  if (found != q.e.dram.end()) return found->second;
  std::string known;
  for (const auto& [kind, price] : q.e.dram) known += (known.empty() ? "" : ", ") + kind;
  throw Error(
      ErrorKind::config, q.m.location("dram.kind"),
      "energy table '" + q.table.name + "' has no DRAM of kind '" + q.m.dram.kind +
          "', only: " + known,
      "choose one of these, or add 'dram: {" + q.m.dram.kind + ": ...}' to a copy of the table");
}

struct Price {
  const char* component;
  const char* action;
  double (*of)(const PriceContext& question);
};

constexpr Price prices[] = {
    {"mac", "executed", [](const Q& q) { return require_width(q.e.mac, q.table, q.m, "MAC"); }},
    {"mac", "gated", [](const Q& q) { return q.e.mac_gated; }},
    {"mac", "lookahead",
     [](const Q& q) {
       return require_width(q.e.mac, q.table, q.m, "MAC") / q.m.parameters.of(lookahead_ratio);
     }},
    {"psum", "update", [](const Q& q) { return q.e.psum_register; }},
    {"psum", "lookahead",
     [](const Q& q) { return q.e.psum_register / q.m.parameters.of(lookahead_ratio); }},
    {"transfer", "row", row},
    {"transfer", "column", column},
    {"transfer", "job_column", column},
    {"transfer", "multicast", multicast},
    {"transfer", "lookahead_row", [](const Q& q) { return row(q) * lookahead_bytes(q); }},
    {"transfer", "lookahead_column", [](const Q& q) { return column(q) * lookahead_bytes(q); }},
    {"ifmap_buffer", "read",
     [](const Q& q) { return q.e.buffer_read.at(q.m.buffers.ifmap_bytes); }},
    {"ifmap_buffer", "fill",
     [](const Q& q) { return q.e.buffer_fill.at(q.m.buffers.ifmap_bytes); }},
    {"ifmap_buffer", "lookahead",
     [](const Q& q) { return q.e.buffer_read.at(q.m.buffers.ifmap_bytes) * lookahead_bytes(q); }},
    {"weight_buffer", "read",
     [](const Q& q) { return q.e.buffer_read.at(q.m.buffers.weight_bytes); }},
    {"weight_buffer", "lookahead",
     [](const Q& q) { return q.e.buffer_read.at(q.m.buffers.weight_bytes) * lookahead_bytes(q); }},
    {"weight_buffer", "fill",
     [](const Q& q) { return q.e.buffer_fill.at(q.m.buffers.weight_bytes); }},
    {"ofmap_buffer", "write",
     [](const Q& q) { return q.e.buffer_write.at(q.m.buffers.ofmap_bytes); }},
    {"ofmap_buffer", "fill",
     [](const Q& q) { return q.e.buffer_fill.at(q.m.buffers.ofmap_bytes); }},
    {"ofmap_buffer", "fill_and_read",
     [](const Q& q) {
       return q.e.buffer_fill.at(q.m.buffers.ofmap_bytes) +
              q.e.buffer_read.at(q.m.buffers.ofmap_bytes);
     }},
    {"ofmap_buffer", "read",
     [](const Q& q) { return q.e.buffer_read.at(q.m.buffers.ofmap_bytes); }},
    {"dram", "access", dram},
    {"prediction", "comparison", [](const Q& q) { return q.e.comparison; }},
    {"prediction", "window_bit", [](const Q& q) { return q.e.window_bit; }},
    {"prediction", "decision",
     [](const Q& q) { return require_width(q.e.mac, q.table, q.m, "MAC"); }},
    {"dispatch", "tag", tag},
    {"dispatch", "latch", latch},
    {"dispatch", "select", select},
    {"zero_skip", "flag", zero_flag},
    {"leakage", "cycle", leakage},
};

// A sentence for each buffer whose capacity lies outside a curve.
std::vector<std::string> capacities_out_of_range(const EnergyPerAction& e, const std::string& table,
                                                 const MachineSpec& machine) {
  const BufferSpec& buffers = machine.buffers;
  std::vector<std::string> found;
  for (const auto& [key, bytes] : {std::pair{"buffers.ifmap_bytes", buffers.ifmap_bytes},
                                   std::pair{"buffers.weight_bytes", buffers.weight_bytes},
                                   std::pair{"buffers.ofmap_bytes", buffers.ofmap_bytes}})
    for (const CapacityCurve* curve : {&e.buffer_read, &e.buffer_write, &e.buffer_fill})
      if (!curve->covers(bytes)) {
        found.push_back(std::string(key) + ": energy table '" + table + "' knows buffers of " +
                        std::to_string(curve->min_capacity()) + " to " +
                        std::to_string(curve->max_capacity()) + " bytes; one of " +
                        std::to_string(bytes) + " is priced as the nearest");
        break;
      }
  return found;
}

}  // namespace

bool CapacityCurve::covers(Bytes capacity) const {
  return points_.size() == 1 || (min_capacity() <= capacity && capacity <= max_capacity());
}

double CapacityCurve::at(Bytes capacity) const {
  const auto above = points_.lower_bound(capacity);
  if (above == points_.end()) return points_.rbegin()->second;
  if (above == points_.begin() || above->first == capacity) return above->second;
  const auto below = std::prev(above);
  const double slope = std::log(above->second / below->second) /
                       std::log(static_cast<double>(above->first) / below->first);
  return below->second * std::pow(static_cast<double>(capacity) / below->first, slope);
}

EnergyTable energy_table(std::string name, EnergyPerAction energies,
                         std::optional<AreaTable> area) {
  EnergyTable table;
  table.name = std::move(name);
  table.area = std::move(area);
  table.price = [energies, stated = table](const EnergyComponent& component,
                                           const EnergyAction& action, const MachineSpec& machine,
                                           const Counters& totals) {
    const std::string owner = component.name, what = action.name;
    for (const Price& price : prices)
      if (owner == price.component && what == price.action)
        return price.of({energies, stated, machine, totals});
    throw bug(owner + " " + what, "has no price");
  };
  table.warnings = [energies = std::move(energies),
                    named = table.name](const MachineSpec& machine) {
    return capacities_out_of_range(energies, named, machine);
  };
  return table;
}

}  // namespace peeksim
