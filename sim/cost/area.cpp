#include "sim/cost/area.h"

#include <algorithm>
#include <numeric>

#include "sim/cost/stated.h"

namespace peeksim {

namespace {

constexpr int position_bits = 16;  // assumed: a position inside a block, in a bin or a job
constexpr int gates_per_tap = 4;   // assumed: an encoder that finds the first live tap

using T = EnergyTable;
using M = MachineSpec;
using C = Counters;

// The bits of a number below `count`.
int bits_for(std::int64_t count) {
  int bits = 0;
  while ((std::int64_t{1} << bits) < count) ++bits;
  return bits;
}

double kib(Bytes bytes) {
  return static_cast<double>(bytes) / 1024;
}

double pe_array(const T& t, const M& m, const C& totals) {
  return static_cast<double>(m.array.rows) * m.array.cols * pe_mm2(t, m, totals);
}

double ifmap_buffer(const T& t, const M& m, const C&) {
  return kib(m.buffers.ifmap_bytes) * t.area->buffer_kib;
}

double weight_buffer(const T& t, const M& m, const C&) {
  return kib(m.buffers.weight_bytes) * t.area->buffer_kib;
}

double ofmap_buffer(const T& t, const M& m, const C&) {
  return kib(m.buffers.ofmap_bytes) * t.area->buffer_kib;
}

// One row of outputs drains a cycle, so there is a comparator per column; and as many MACs as the
// unit's decisions may do in a cycle. Outputs that are cut short are compared where they are.
double prediction_unit(const T& t, const M& m, const C& totals) {
  if (totals.comparisons == 0) return 0;
  const double comparators = totals.cut_short > 0 ? m.array.rows * m.array.cols : m.array.cols;
  double area = comparators * t.area->comparator +
                static_cast<double>(totals.window_bits_peak) * t.area->window_bit;
  if (totals.decision_macs > 0)
    area +=
        m.prediction.decision_macs_per_cycle * require_width(t.area->mac, t, m, "area of a MAC");
  return area;
}

// An operand register, filled when the PE's own tag comes by on the multicast wires.
double latch(const T& t, const M& m) {
  const double bits = m.array.lanes * m.precision.activation_bits;
  const int tag = tag_bits(m);
  return (bits + tag) *
             require_stated(t.area->register_bit, t, m, "area.register_bit", multicasting) +
         2.0 * tag * require_stated(t.area->gate, t, m, "area.gate", multicasting);
}

// Every column has a bin that holds one position per row. Closed jobs queue with their
// channel, and a column selects that channel's weight among those of the group.
double dispatch_unit(const T& t, const M& m, const C& totals) {
  if (totals.latched_operands == 0) return 0;
  const double bit = require_stated(t.area->register_bit, t, m, "area.register_bit", multicasting);
  const double bin_bits = static_cast<double>(m.array.rows) * position_bits;
  double area = m.array.cols * bin_bits * bit;
  if (totals.weight_selects == 0) return area;
  area += static_cast<double>(totals.queue_peak) * (bin_bits + bits_for(m.array.cols)) * bit;
  const double selected = m.array.lanes * m.precision.weight_bits;
  return area + m.array.cols * selected * (m.array.cols - 1) *
                    require_stated(t.area->multiplexer, t, m, "area.multiplexer", running_jobs);
}

// The taps that the search for the next live one looks at in one cycle.
double searched_taps(const M& m) {
  if (m.array.zero_lookahead > 0) return m.array.zero_lookahead;
  // A whole chunk: as many as leave room for the weights of a full group.
  return std::max<Bytes>(
      1, 8 * (m.buffers.weight_bytes / 2) / (Bytes{m.array.cols} * m.precision.weight_bits));
}

double zero_skip(const T& t, const M& m, const C& totals) {
  if (totals.zero_flags == 0) return 0;
  return kib(zero_flag_bytes(m)) * t.area->buffer_kib +
         searched_taps(m) *
             (require_stated(t.area->register_bit, t, m, "area.register_bit", skipping) +
              gates_per_tap * require_stated(t.area->gate, t, m, "area.gate", skipping));
}

}  // namespace

const std::vector<AreaComponent>& area_components() {
  static const std::vector<AreaComponent> table = {
      {"pe_array", "PE array", pe_array},
      {"ifmap_buffer", "ifmap buffer", ifmap_buffer},
      {"weight_buffer", "weight buffer", weight_buffer},
      {"ofmap_buffer", "ofmap buffer", ofmap_buffer},
      {"prediction", "prediction unit", prediction_unit},
      {"dispatch", "dispatch unit", dispatch_unit},
      {"zero_skip", "zero skipping", zero_skip},
  };
  return table;
}

std::optional<Area> area_of(const EnergyTable& table, const MachineSpec& machine,
                            const Counters& totals) {
  if (!table.area) return std::nullopt;
  Area area;
  for (const AreaComponent& component : area_components())
    area.push_back(component.area(table, machine, totals));
  return area;
}

double total_mm2(const Area& area) {
  return std::accumulate(area.begin(), area.end(), 0.0);
}

double pe_mm2(const EnergyTable& table, const MachineSpec& machine, const Counters& totals) {
  const double lane = require_width(table.area->mac, table, machine, "area of a MAC");
  return table.area->pe + machine.array.lanes * lane +
         (totals.latched_operands > 0 ? latch(table, machine) : 0);
}

int tag_bits(const MachineSpec& machine) {
  return bits_for(std::int64_t{machine.array.rows} * machine.array.cols);
}

Bytes zero_flag_bytes(const MachineSpec& machine) {
  return ceil_div(8 * machine.buffers.ifmap_bytes / machine.precision.activation_bits, 8);
}

}  // namespace peeksim
