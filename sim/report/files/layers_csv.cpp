#include "sim/report/files/layers_csv.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

#include "sim/report/files/csv.h"
#include "sim/report/numbers/summary.h"

namespace peeksim {

namespace {

struct Cell {
  std::string column;
  std::string text;
};

// The shortest text that reads back as the same number.
std::string number(double value) {
  return nlohmann::json(value).dump();
}

void add_counters(const std::string& prefix, const Counters& counters, const EnergyRates& rates,
                  std::vector<Cell>& row) {
  for_each_counter(counters, [&](const char* name, const char*, Count value) {
    row.push_back({prefix + name, std::to_string(value)});
  });
  const Energy energy = price(counters, rates);
  for (std::size_t i = 0; i < energy.size(); ++i)
    row.push_back({prefix + "energy_" + energy_components()[i].name, number(energy[i])});
  row.push_back({prefix + "energy_total", number(total(energy))});
}

std::vector<Cell> cells(const LayerResult& layer, const RunResult& result, const EnergyTable& table,
                        const EnergyRates& rates) {
  const Layer& shape = layer.layer;
  std::vector<Cell> row = {
      {"network", csv_cell(result.trace.network)},
      {"synthetic", result.trace.synthetic ? "1" : "0"},
      {"loop", result.trace.loop.closed ? "closed" : "open"},
      {"images", std::to_string(result.trace.images)},
      {"layer", csv_cell(shape.name)},
      {"kind", kind_name(shape)},
      {"C", std::to_string(shape.C)},
      {"H", std::to_string(shape.H)},
      {"W", std::to_string(shape.W)},
      {"K", std::to_string(shape.K)},
      {"P", std::to_string(shape.P())},
      {"Q", std::to_string(shape.Q())},
      {"R", std::to_string(shape.R)},
      {"S", std::to_string(shape.S)},
      {"groups", std::to_string(shape.groups)},
      {"policy", layer.policy},
      {"not_predicted_because", csv_cell(layer.excluded)},
      {"weights_streamed", layer.streamed ? "1" : "0"},
      {"mac_reduction", number(mac_reduction(layer.counters))},
      {"speed_up", number(speed_up(layer.counters))},
      {"energy_ratio", number(energy_ratio(layer.counters, rates))},
      {"energy_unit", table.unit},
      {"utilisation", number(utilisation(layer.counters.machine, result.machine.array))},
      {"false_zero_share", number(false_share(layer.counters))},
  };
  add_counters("", layer.counters.machine, rates, row);
  add_counters("dense_", layer.counters.dense, rates, row);
  return row;
}

std::string line(const std::vector<Cell>& row,
                 const std::function<std::string(const Cell&)>& text) {
  std::string out;
  for (const Cell& cell : row) out += (out.empty() ? "" : ",") + text(cell);
  return out + "\n";
}

}  // namespace

std::string layers_csv(const RunResult& result, const EnergyTable& table) {
  const EnergyRates rates = rates_for(table, result.machine);
  std::string out;
  for (const LayerResult& layer : result.layers) {
    const std::vector<Cell> row = cells(layer, result, table, rates);
    if (out.empty()) out = line(row, [](const Cell& cell) { return cell.column; });
    out += line(row, [](const Cell& cell) { return cell.text; });
  }
  return out;
}

}  // namespace peeksim
