#include "sim/cost/energy_table.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "sim/base/suggest.h"
#include "sim/config/value.h"

namespace fs = std::filesystem;

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

void read_actions(const Value& actions, EnergyTable& table) {
  actions.require_known_keys({"mac", "mac_gated", "psum_register", "operand_transfer",
                              "buffer_read", "buffer_write", "buffer_fill", "dram", "comparison",
                              "window_bit", "leakage"});
  table.mac = by_width(required(actions, "mac"), energy);
  table.mac_gated = energy(required(actions, "mac_gated"));
  table.psum_register = energy(required(actions, "psum_register"));
  table.operand_transfer = energy(required(actions, "operand_transfer"));
  table.buffer_read = curve(required(actions, "buffer_read"));
  table.buffer_write = curve(required(actions, "buffer_write"));
  table.buffer_fill = curve(required(actions, "buffer_fill"));
  table.dram = energy(required(actions, "dram"));
  table.comparison = energy(required(actions, "comparison"));
  table.window_bit = energy(required(actions, "window_bit"));
  const Value& leakage = required(actions, "leakage");
  leakage.require_known_keys({"pe", "buffer_kib"});
  table.leakage_pe = energy(required(leakage, "pe"));
  table.leakage_buffer_kib = energy(required(leakage, "buffer_kib"));
}

AreaTable read_area(const Value& value) {
  value.require_known_keys({"mac", "pe", "buffer_kib", "comparator", "window_bit"});
  AreaTable area;
  area.mac = by_width(required(value, "mac"), square_millimeters);
  area.pe = square_millimeters(required(value, "pe"));
  area.buffer_kib = square_millimeters(required(value, "buffer_kib"));
  area.comparator = square_millimeters(required(value, "comparator"));
  area.window_bit = square_millimeters(required(value, "window_bit"));
  return area;
}

// Those in the folder energy/ beside a file first, then the shipped ones.
std::vector<fs::path> named_tables(const std::string& beside) {
  std::vector<fs::path> tables;
  for (const fs::path& shelf :
       {fs::path(beside).parent_path() / "energy", fs::path(PEEKSIM_CONFIGS) / "energy"}) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(shelf, none))
      if (entry.path().extension() == ".yaml") tables.push_back(entry.path());
  }
  return tables;
}

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

EnergyTable load_energy_table(const std::string& path) {
  const Value file = read_yaml(path);
  file.require_known_keys({"name", "source", "unit", "actions", "area"});
  EnergyTable table;
  table.name = required(file, "name").text();
  table.source = required(file, "source").text();
  table.unit = required(file, "unit").one_of({"pJ", "mac"});
  read_actions(required(file, "actions"), table);
  if (const Value* area = file.find("area")) table.area = read_area(*area);
  return table;
}

std::vector<std::string> energy_table_names(const std::string& beside) {
  std::vector<std::string> names;
  for (const fs::path& table : named_tables(beside)) names.push_back(table.stem().string());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string find_energy_table(const std::string& name_or_path, const std::string& beside,
                              const Location& where) {
  const bool is_path =
      name_or_path.find('/') != std::string::npos || fs::path(name_or_path).extension() == ".yaml";
  const fs::path folder = fs::path(beside).parent_path();
  if (is_path) {
    const fs::path path = folder / name_or_path;  // an absolute path replaces the folder
    if (fs::exists(path)) return path.string();
    throw Error(ErrorKind::config, where, "no energy table '" + path.string() + "'",
                "give the path of a table, or the name of a shipped one");
  }
  for (const fs::path& table : named_tables(beside))
    if (table.stem() == name_or_path) return table.string();
  throw Error(ErrorKind::config, where, "unknown energy table '" + name_or_path + "'",
              suggest(name_or_path, energy_table_names(beside)));
}

std::string energy_table_path(const MachineSpec& machine, const std::string& machine_path) {
  // A relative path means: beside the file that names the table, or here for --set.
  const Location where = machine.location("energy");
  const std::string beside = where.file == "--set" ? "./" : where.file;
  const bool in_file = machine.where.count("energy") > 0;
  return find_energy_table(machine.energy, in_file ? beside : machine_path, where);
}

EnergyTable energy_table_of(const MachineSpec& machine, const std::string& machine_path) {
  return load_energy_table(energy_table_path(machine, machine_path));
}

}  // namespace peeksim
