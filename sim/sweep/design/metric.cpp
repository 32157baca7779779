#include "sim/sweep/design/metric.h"

#include <limits>
#include <optional>

#include "sim/base/lookup.h"
#include "sim/cost/area.h"

namespace peeksim {

namespace {

// SQLite keeps it as NULL, JSON writes it as null.
constexpr double not_known = std::numeric_limits<double>::quiet_NaN();

double cycles(const MetricInput& in) {
  return static_cast<double>(in.counters.machine.cycles);
}

double seconds(const MetricInput& in) {
  return cycles(in) / (in.machine.clock_mhz * 1e6);
}

double energy(const MetricInput& in) {
  return total(price(in.counters.machine, in.rates));
}

double area(const MetricInput& in) {
  const std::optional<Area> area = area_of(in.table, in.machine, in.counters.machine);
  return area ? total_mm2(*area) : not_known;
}

}  // namespace

const std::vector<Metric>& metrics() {
  using In = MetricInput;
  static const std::vector<Metric> table = {
      {"cycles", "cycles", "time of the machine, all images", false, cycles},
      {"seconds", "s", "cycles at the machine's clock", false, seconds},
      {"energy", "energy", "of all components", false, energy},
      {"edp", "energy x s", "energy times seconds", false,
       [](const In& in) { return energy(in) * seconds(in); }},
      {"area", "mm2", "of the chip, or not known where the energy table has none", false, area},
      {"mac_reduction", "share", "MACs never executed of all MACs", true,
       [](const In& in) { return mac_reduction(in.counters); }},
      {"speed_up", "ratio", "cycles of the dense machine over those of the machine", true,
       [](const In& in) { return speed_up(in.counters); }},
      {"energy_ratio", "ratio", "energy of the dense machine over that of the machine", true,
       [](const In& in) { return energy_ratio(in.counters, in.rates); }},
      {"false_zero_share", "share", "outputs above 0 among those predicted to be 0", false,
       [](const In& in) { return false_share(in.counters); }},
      {"utilisation", "share", "MAC slots of the array that are used", true,
       [](const In& in) { return utilisation(in.counters.machine, in.machine.array); }},
      {"dram_bytes", "bytes", "moved between DRAM and the chip", false,
       [](const In& in) { return static_cast<double>(dram_bytes(in.counters.machine)); }},
      {"buffer_bytes", "bytes", "moved at the ports of the buffers", false,
       [](const In& in) {
         return static_cast<double>(buffer_bytes(in.counters.machine, in.machine.precision));
       }},
  };
  return table;
}

const Metric& find_metric(const std::string& name, const Location& where) {
  return require_row(metrics(), name, "metric", ErrorKind::config, where.text());
}

}  // namespace peeksim
