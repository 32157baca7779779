#include "sim/cost/energy_actions.h"

namespace peeksim {

namespace {

using C = Counters;
using P = PrecisionSpec;

double count(Count times) {
  return static_cast<double>(times);
}

// Elements of `bits` in bytes, eighths included. The whole bytes are summed as integers, so that
// they are rounded once.
double bytes(Count elements, int bits) {
  const Count rest = elements % 8 * bits;
  const Count whole = elements / 8 * bits + rest / 8;
  return static_cast<double>(whole) + static_cast<double>(rest % 8) / 8;
}

constexpr bool optional_action = false;  // that not every machine does

// The operands of the look-ahead have few bits: their prices are by the element.
template <Count Counters::*elements>
EnergyAction lookahead_action(const char* name, const char* unit) {
  return {name, unit, [](const C& c, const P&) { return count(c.*elements); }, optional_action};
}

std::vector<EnergyAction> mac_actions() {
  return {{"executed", "MAC", [](const C& c, const P&) { return count(c.macs_executed); }},
          {"gated", "MAC",
           [](const C& c, const P&) { return count(c.macs_predicted + c.macs_zero_gated); }},
          lookahead_action<&C::lookahead_macs>("lookahead", "MAC")};
}

// Bytes from the buffers to the array: along a row, down a column, to any PE. In a tile of jobs a
// weight passes the multiplexers of all columns once, and goes down each column that selects it.
std::vector<EnergyAction> transfer_actions() {
  return {{"row", "byte",
           [](const C& c, const P& p) {
             return bytes(c.ifmap_reads - c.multicast_reads, p.activation_bits);
           }},
          {"column", "byte",
           [](const C& c, const P& p) { return bytes(c.weight_reads, p.weight_bits); }},
          {"job_column", "byte",
           [](const C& c, const P& p) { return bytes(c.weight_selects, p.weight_bits); },
           optional_action},
          {"multicast", "byte",
           [](const C& c, const P& p) { return bytes(c.multicast_reads, p.activation_bits); },
           optional_action},
          lookahead_action<&C::lookahead_ifmap_reads>("lookahead_row", "element"),
          lookahead_action<&C::lookahead_weight_reads>("lookahead_column", "element")};
}

std::vector<EnergyAction> ifmap_buffer_actions() {
  return {{"read", "byte",
           [](const C& c, const P& p) { return bytes(c.ifmap_reads, p.activation_bits); }},
          {"fill", "byte", [](const C& c, const P&) { return count(c.ifmap_fill_bytes); }},
          lookahead_action<&C::lookahead_ifmap_reads>("lookahead", "element")};
}

std::vector<EnergyAction> weight_buffer_actions() {
  return {
      {"read", "byte", [](const C& c, const P& p) { return bytes(c.weight_reads, p.weight_bits); }},
      {"fill", "byte", [](const C& c, const P&) { return count(c.weight_fill_bytes); }},
      lookahead_action<&C::lookahead_weight_reads>("lookahead", "element")};
}

// The array writes what it computed or cut short, other predicted zeros are filled in, a residual
// is filled and read back, and the storer reads what goes to DRAM.
std::vector<EnergyAction> ofmap_buffer_actions() {
  return {{"write", "byte",
           [](const C& c, const P& p) { return bytes(c.ofmap_writes, p.activation_bits); }},
          {"fill", "byte",
           [](const C& c, const P& p) {
             return bytes(c.predicted_zero - c.cut_short, p.activation_bits);
           }},
          {"fill_and_read", "byte", [](const C& c, const P&) { return count(c.residual_bytes); }},
          {"read", "byte", [](const C& c, const P&) { return count(c.dram_write_bytes); }}};
}

std::vector<EnergyAction> prediction_actions() {
  return {{"comparison", "peek", [](const C& c, const P&) { return count(c.comparisons); }},
          {"window_bit", "bit", [](const C& c, const P&) { return count(c.windows); }},
          {"decision", "MAC", [](const C& c, const P&) { return count(c.decision_macs); }}};
}

// A PE compares the tag of every activation that comes by, and latches its own.
std::vector<EnergyAction> dispatch_actions() {
  return {{"tag", "element", [](const C& c, const P&) { return count(c.multicast_reads); },
           optional_action},
          {"latch", "byte",
           [](const C& c, const P& p) { return bytes(c.latched_operands, p.activation_bits); },
           optional_action},
          {"select", "byte",
           [](const C& c, const P& p) { return bytes(c.weight_selects, p.weight_bits); },
           optional_action}};
}

}  // namespace

const std::vector<EnergyComponent>& energy_components() {
  static const std::vector<EnergyComponent> table = {
      {"mac", "MAC", mac_actions()},
      {"psum",
       "psum registers",
       {{"update", "MAC", [](const C& c, const P&) { return count(c.macs_executed); }},
        lookahead_action<&C::lookahead_macs>("lookahead", "MAC")}},
      {"transfer", "operand wires", transfer_actions()},
      {"ifmap_buffer", "ifmap buffer", ifmap_buffer_actions()},
      {"weight_buffer", "weight buffer", weight_buffer_actions()},
      {"ofmap_buffer", "ofmap buffer", ofmap_buffer_actions()},
      {"dram",
       "DRAM",
       {{"access", "byte",
         [](const C& c, const P&) { return count(c.dram_read_bytes + c.dram_write_bytes); }}}},
      {"prediction", "prediction unit", prediction_actions()},
      {"dispatch", "dispatch unit", dispatch_actions()},
      {"zero_skip",
       "zero skipping",
       {{"flag", "bit", [](const C& c, const P&) { return count(c.zero_flags); },
         optional_action}}},
      {"leakage",
       "leakage",
       {{"cycle", "cycle", [](const C& c, const P&) { return count(c.cycles); }}}},
  };
  return table;
}

std::size_t energy_action_count() {
  std::size_t count = 0;
  for (const EnergyComponent& component : energy_components()) count += component.actions.size();
  return count;
}

}  // namespace peeksim
