#include "sim/sweep/design/metric.h"

#include <algorithm>

#include "sim/base/lookup.h"

namespace peeksim {

namespace {

Number cycles(const MetricInput& in) {
  return in.pair.machine.number(&Counters::cycles);
}

Number seconds(const MetricInput& in) {
  return in.rates().seconds;
}

Number edp(const MetricInput& in) {
  const Number energy = in.pair.machine.total_energy, time = seconds(in);
  return energy && time ? Number(*energy * *time) : Number();
}

}  // namespace

const std::vector<Metric>& metrics() {
  using In = MetricInput;
  static const std::vector<Metric> table = {
      {"cycles", "cycles", "cycles", "time of the machine, all images", false, cycles},
      {"seconds", "time", "s", "cycles at the machine's clock", false, seconds},
      {"energy", "energy", "energy", "of all components", false,
       [](const In& in) { return in.pair.machine.total_energy; }},
      {"edp", "energy × time", "energy x s", "energy times seconds", false, edp},
      {"area", "area", "mm2", "of the chip, or not known where the energy table has none", false,
       [](const In& in) { return in.pair.machine.total_area; }},
      {"mac_reduction", "MACs saved", "share", "MACs never executed of all MACs", true,
       [](const In& in) { return in.pair.mac_reduction; }},
      {"speed_up", "speed-up", "ratio", "cycles of the dense machine over those of the machine",
       true, [](const In& in) { return in.pair.speed_up; }},
      {"energy_ratio", "energy ratio", "ratio",
       "energy of the dense machine over that of the machine", true,
       [](const In& in) { return in.pair.energy_ratio; }},
      {"false_zero_share", "false zeros", "share", "outputs above 0 among those predicted to be 0",
       false, [](const In& in) { return in.pair.false_zero_share; }},
      {"utilisation", "utilisation", "share", "MAC slots of the array that are used", true,
       [](const In& in) { return in.pair.machine.utilisation; }},
      {"dram_bytes", "DRAM traffic", "bytes", "moved between DRAM and the chip", false,
       [](const In& in) { return Number(in.pair.machine.dram_bytes); }},
      {"power", "power", "mW", "energy over time; not known where energies are not in joules",
       false, [](const In& in) { return in.rates().milliwatts; }},
      {"images_per_second", "throughput", "images/s", "at the machine's clock, one image at a time",
       true, [](const In& in) { return in.rates().images_per_second; }},
      {"tops", "performance", "TOPS",
       "two operations for each MAC of the network, executed or not, over time", true,
       [](const In& in) { return in.rates().tops; }},
      {"tops_per_watt", "energy efficiency", "TOPS/W", "the same operations over energy", true,
       [](const In& in) { return in.rates().tops_per_watt; }},
      {"gops_per_mm2", "area efficiency", "GOPS/mm2", "the same operations over time and area",
       true, [](const In& in) { return in.rates().gops_per_mm2; }},
      {"buffer_bytes", "buffer traffic", "bytes", "moved at the ports of the buffers", false,
       [](const In& in) { return Number(in.pair.machine.buffer_bytes.all); }},
  };
  return table;
}

std::vector<std::string> energy_columns() {
  std::vector<std::string> columns;
  for (const char* prefix : {"machine_energy_", "dense_energy_"})
    for (const EnergyComponent& component : energy_components())
      columns.push_back(prefix + std::string(component.name));
  return columns;
}

bool is_result_column(const std::string& name) {
  if (find_row(metrics(), name) != nullptr) return true;
  for (const char* other : {"point", "status", "network", "machine", "trace", "layer",
                            "energy_unit", "streamed_layers", "wall_seconds", "error", "key"})
    if (name == other) return true;
  const std::vector<std::string> energies = energy_columns();
  if (std::find(energies.begin(), energies.end(), name) != energies.end()) return true;
  bool is_counter = false;
  const Counters counters;
  for_each_counter(counters, [&](const char* counter, const char*, Count) {
    is_counter = is_counter || name == std::string("machine_") + counter ||
                 name == std::string("dense_") + counter;
  });
  return is_counter;
}

const Metric& find_metric(const std::string& name, const Location& where) {
  return require_row(metrics(), name, "metric", ErrorKind::config, where.text());
}

}  // namespace peeksim
