// peeksim's own format: strict YAML, energies by operand width, by buffer capacity and per PE.
#include <limits>

#include "sim/base/lookup.h"
#include "sim/config/machine_keys.h"
#include "sim/config/read_yaml.h"
#include "sim/config/value.h"
#include "sim/cost/energy_per_action.h"
#include "sim/cost/table_reader.h"

namespace peeksim {

namespace {

const Value& required(const Value& map, const char* key) {
  const Value* value = map.find(key);
  if (value == nullptr)
    map.fail("'" + std::string(key) + "' is missing", "docs/energy.md lists what a table needs");
  return *value;
}

double energy(const Value& value) {
  const double number = value.number();
  if (number < 0)
    value.fail("an energy is not negative", "give 0 for an action that costs nothing");
  return number;
}

double square_millimeters(const Value& value) {
  const double number = value.number();
  if (number < 0) value.fail("an area is not negative", "give 0 for a part that takes none");
  return number;
}

CapacityCurve curve(const Value& value) {
  std::map<Bytes, double> points;
  for (const auto& [capacity, price] : value.entries()) {
    const Value key = Value::scalar(capacity, price.where());
    const double number = energy(price);
    if (number == 0)
      price.fail("an energy by capacity is above 0", "it is interpolated in log-log");
    points[key.integer(1, std::numeric_limits<std::int64_t>::max())] = number;
  }
  if (points.empty()) value.fail("expected 'capacity in bytes: energy per byte' at least once");
  return CapacityCurve(std::move(points));
}

// {bits: number}
std::map<int, double> by_width(const Value& value, double (*read)(const Value&)) {
  std::map<int, double> numbers;
  for (const auto& [bits, number] : value.entries())
    numbers[static_cast<int>(Value::scalar(bits, number.where()).integer(1, 64))] = read(number);
  return numbers;
}

std::optional<double> optional(const Value& map, const char* key, double (*read)(const Value&)) {
  const Value* value = map.find(key);
  return value == nullptr ? std::nullopt : std::optional(read(*value));
}

// {kind: number}; a number alone is that of no kind in particular.
std::map<std::string, double> by_dram_kind(const Value& value) {
  if (!value.is_map()) return {{DramSpec().kind, energy(value)}};
  value.require_known_keys(row_names(find_machine_key("dram.kind")->choices));
  std::map<std::string, double> prices;
  for (const auto& [kind, price] : value.entries()) prices[kind] = energy(price);
  if (prices.empty()) value.fail("expected 'kind of DRAM: energy per byte' at least once");
  return prices;
}

EnergyPerAction read_actions(const Value& actions) {
  actions.require_known_keys({"mac", "mac_gated", "psum_register", "wire", "operand_transfer",
                              "buffer_read", "buffer_write", "buffer_fill", "dram", "comparison",
                              "window_bit", "operand_latch", "tag_bit", "weight_select",
                              "leakage"});
  EnergyPerAction table;
  table.mac = by_width(required(actions, "mac"), energy);
  table.mac_gated = energy(required(actions, "mac_gated"));
  table.psum_register = energy(required(actions, "psum_register"));
  table.wire = optional(actions, "wire", energy);
  table.operand_transfer = optional(actions, "operand_transfer", energy);
  if (table.wire.has_value() == table.operand_transfer.has_value())
    actions.fail("expected either 'wire' or 'operand_transfer'",
                 "give a byte's energy per mm, or however far it goes");
  table.buffer_read = curve(required(actions, "buffer_read"));
  table.buffer_write = curve(required(actions, "buffer_write"));
  table.buffer_fill = curve(required(actions, "buffer_fill"));
  table.dram = by_dram_kind(required(actions, "dram"));
  table.comparison = energy(required(actions, "comparison"));
  table.window_bit = energy(required(actions, "window_bit"));
  table.operand_latch = optional(actions, "operand_latch", energy);
  table.tag_bit = optional(actions, "tag_bit", energy);
  table.weight_select = optional(actions, "weight_select", energy);
  const Value& leakage = required(actions, "leakage");
  leakage.require_known_keys({"pe", "buffer_kib"});
  table.leakage_pe = energy(required(leakage, "pe"));
  table.leakage_buffer_kib = energy(required(leakage, "buffer_kib"));
  return table;
}

AreaTable read_area(const Value& value) {
  value.require_known_keys({"mac", "pe", "buffer_kib", "comparator", "window_bit", "register_bit",
                            "gate", "multiplexer"});
  AreaTable area;
  area.mac = by_width(required(value, "mac"), square_millimeters);
  area.pe = square_millimeters(required(value, "pe"));
  area.buffer_kib = square_millimeters(required(value, "buffer_kib"));
  area.comparator = square_millimeters(required(value, "comparator"));
  area.window_bit = square_millimeters(required(value, "window_bit"));
  area.register_bit = optional(value, "register_bit", square_millimeters);
  area.gate = optional(value, "gate", square_millimeters);
  area.multiplexer = optional(value, "multiplexer", square_millimeters);
  return area;
}

bool recognises(const std::string&) {
  return true;
}

EnergyTable read(const std::string& path) {
  const Value file = read_yaml(path);
  file.require_known_keys({"name", "source", "unit", "actions", "area"});
  const std::string name = required(file, "name").text();
  const std::string source = required(file, "source").text();
  const std::string unit = required(file, "unit").one_of({"pJ", "mac"});
  const EnergyPerAction actions = read_actions(required(file, "actions"));
  const Value* area = file.find("area");
  EnergyTable table =
      energy_table(name, actions, area ? std::optional(read_area(*area)) : std::nullopt);
  table.source = source;
  table.unit = unit;
  return table;
}

}  // namespace

const TableReader yaml_table = {"yaml", "energies of machines of any size, with their sources",
                                ".yaml", recognises, read};

}  // namespace peeksim
