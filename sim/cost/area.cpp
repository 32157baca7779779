#include "sim/cost/area.h"

#include <numeric>

#include "sim/cost/energy_per_action.h"

namespace peeksim {

namespace {

double kib(Bytes bytes) {
  return static_cast<double>(bytes) / 1024;
}

double pe_array(const AreaTable& t, const MachineSpec& m, const Counters&) {
  const double pes = static_cast<double>(m.array.rows) * m.array.cols;
  return pes * (t.pe + m.array.lanes * t.mac.at(operand_bits(m)));
}

double ifmap_buffer(const AreaTable& t, const MachineSpec& m, const Counters&) {
  return kib(m.buffers.ifmap_bytes) * t.buffer_kib;
}

double weight_buffer(const AreaTable& t, const MachineSpec& m, const Counters&) {
  return kib(m.buffers.weight_bytes) * t.buffer_kib;
}

double ofmap_buffer(const AreaTable& t, const MachineSpec& m, const Counters&) {
  return kib(m.buffers.ofmap_bytes) * t.buffer_kib;
}

// One row of outputs drains a cycle, so there is a comparator per column.
double prediction_unit(const AreaTable& t, const MachineSpec& m, const Counters& c) {
  if (c.comparisons == 0) return 0;
  return m.array.cols * t.comparator + static_cast<double>(c.window_bits_peak) * t.window_bit;
}

}  // namespace

const std::vector<AreaComponent>& area_components() {
  static const std::vector<AreaComponent> table = {
      {"pe_array", "PE array", pe_array},
      {"ifmap_buffer", "ifmap buffer", ifmap_buffer},
      {"weight_buffer", "weight buffer", weight_buffer},
      {"ofmap_buffer", "ofmap buffer", ofmap_buffer},
      {"prediction", "prediction unit", prediction_unit},
  };
  return table;
}

std::optional<Area> area_of(const EnergyTable& table, const MachineSpec& machine,
                            const Counters& counters) {
  if (!table.area) return std::nullopt;
  require_width(table.area->mac, table.name, machine, "area of a MAC");
  Area area;
  for (const AreaComponent& component : area_components())
    area.push_back(component.area(*table.area, machine, counters));
  return area;
}

double total_mm2(const Area& area) {
  return std::accumulate(area.begin(), area.end(), 0.0);
}

}  // namespace peeksim
