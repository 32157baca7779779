#include "sim/report/numbers/priced.h"

#include <algorithm>
#include <cmath>

#include "sim/cost/area.h"

namespace peeksim {

namespace {

// How unknown counters are handled: every number is computed from the counters as read, and again
// with other values in place of the unknown ones. A number that is the same both times does not
// depend on them, and is known.
struct Readings {
  Counters read;
  Counters other;
  bool same;  // all counters are known

  template <class Compute>
  auto known(const Compute& compute) const {
    const auto value = compute(read);
    return same || compute(other) == value ? std::optional(value) : std::nullopt;
  }
};

// The numbers that are the same from both readings.
std::vector<Number> each_known(const std::vector<double>& read, const std::vector<double>& other) {
  std::vector<Number> numbers;
  for (std::size_t i = 0; i < read.size(); ++i)
    numbers.push_back(read[i] == other[i] ? Number(read[i]) : Number());
  return numbers;
}

// Large, distinct numbers, so that no sum or ratio of them equals that of zeros.
Counters with_other_values(Counters counters, const UnknownCounters& unknown) {
  Count value = 1000003;
  for (const auto counter : unknown) counters.*counter = value += 2;
  return counters;
}

Readings readings_of(const Counters& counters, const UnknownCounters& unknown) {
  return {counters, with_other_values(counters, unknown), unknown.empty()};
}

// The prices on one of the two machines of a run. They are those of the whole run, so that the
// energies of layers and images add up to the network's.
struct Prices {
  const EnergyTable& table;
  EnergyRates read, other;  // for each reading of the counters

  Prices(const EnergyTable& priced_with, const MachineSpec& machine, const Readings& run)
      : table(priced_with),
        read(rates_for(table, machine, run.read)),
        other(run.same ? read : rates_for(table, machine, run.other)) {}
};

struct PairPrices {
  Prices machine, dense;
};

Number sum(const std::vector<Number>& parts) {
  double all = 0;
  for (const Number& part : parts) {
    if (!part) return {};
    all += *part;
  }
  return all;
}

PricedCounters price_counters(const Readings& c, const UnknownCounters& unknown,
                              const MachineSpec& machine, const Prices* prices) {
  PricedCounters priced;
  priced.counters = c.read;
  priced.unknown = unknown;
  const PrecisionSpec& precision = machine.precision;
  priced.utilisation = c.known([&](const Counters& n) { return utilisation(n, machine.array); });
  priced.dram_bytes = c.known(dram_bytes);
  auto& bytes = priced.buffer_bytes;
  bytes.ifmap = c.known([&](const Counters& n) { return buffer_traffic(n, precision).ifmap; });
  bytes.weight = c.known([&](const Counters& n) { return buffer_traffic(n, precision).weight; });
  bytes.ofmap = c.known([&](const Counters& n) { return buffer_traffic(n, precision).ofmap; });
  bytes.all = c.known([&](const Counters& n) { return buffer_bytes(n, precision); });
  if (prices == nullptr) return priced;
  priced.energy = each_known(price(c.read, prices->read), price(c.other, prices->other));
  priced.total_energy = sum(priced.energy);
  if (!prices->table.area) return priced;
  priced.area = each_known(*area_of(prices->table, machine, c.read),
                           *area_of(prices->table, machine, c.other));
  priced.total_area = sum(priced.area);
  return priced;
}

PricedPair price_pair(const CounterPair& counters, const UnknownCounters& unknown,
                      const MachineSpec& machine, const PairPrices* prices) {
  const Readings sides[] = {readings_of(counters.machine, unknown),
                            readings_of(counters.dense, unknown)};
  const auto known = [&](double (*ratio)(const CounterPair&)) {
    const double value = ratio(counters);
    return unknown.empty() || ratio({sides[0].other, sides[1].other}) == value ? Number(value)
                                                                               : Number();
  };
  PricedPair pair;
  pair.machine = price_counters(sides[0], unknown, machine, prices ? &prices->machine : nullptr);
  pair.dense = price_counters(sides[1], unknown, machine, prices ? &prices->dense : nullptr);
  pair.mac_reduction = known(mac_reduction);
  pair.speed_up = known(speed_up);
  pair.false_zero_share = known(false_share);
  if (pair.machine.total_energy && pair.dense.total_energy)
    pair.energy_ratio = energy_ratio(*pair.dense.total_energy, *pair.machine.total_energy);
  return pair;
}

struct ImageMetric {
  const char* name;
  const char* label;
  Number (*value)(const PricedPair& pair);
};

constexpr ImageMetric image_metrics[] = {
    {"mac_reduction", "MACs saved", [](const PricedPair& p) { return p.mac_reduction; }},
    {"cycles", "cycles", [](const PricedPair& p) { return p.machine.number(&Counters::cycles); }},
    {"speed_up", "speed-up", [](const PricedPair& p) { return p.speed_up; }},
    {"energy", "energy", [](const PricedPair& p) { return p.machine.total_energy; }},
    {"energy_ratio", "energy ratio", [](const PricedPair& p) { return p.energy_ratio; }},
    {"false_zero_share", "false zeros", [](const PricedPair& p) { return p.false_zero_share; }},
};

Spread spread_of(const ImageMetric& metric, const std::vector<PricedPair>& images) {
  Spread spread{metric.name, metric.label, {}, {}};
  const double n = static_cast<double>(images.size());
  double mean = 0, squares = 0;
  for (const PricedPair& image : images) {
    const Number value = metric.value(image);
    if (!value) return spread;
    mean += *value / n;
  }
  for (const PricedPair& image : images) squares += std::pow(*metric.value(image) - mean, 2);
  spread.mean = mean;
  spread.deviation = n > 1 ? std::sqrt(squares / (n - 1)) : 0.0;
  return spread;
}

PricedResult price_run(RunResult result, const PairPrices* prices) {
  const auto pair_of = [&](const CounterPair& counters) {
    return price_pair(counters, result.unknown, result.machine, prices);
  };
  PricedResult priced;
  priced.network = pair_of(result.totals());
  for (const LayerResult& layer : result.layers) priced.layers.push_back(pair_of(layer.counters));
  for (const ImageResult& image : result.images) priced.images.push_back(pair_of(image.counters));
  for (const Scope& scope : scopes(result))
    priced.scopes.push_back({scope.name, scope.label, scope.layers, pair_of(scope.counters)});
  for (const ImageMetric& metric : image_metrics)
    priced.over_images.push_back(spread_of(metric, priced.images));
  priced.result = std::move(result);
  return priced;
}

}  // namespace

std::optional<Count> PricedCounters::count(Count Counters::*counter) const {
  const bool known = std::find(unknown.begin(), unknown.end(), counter) == unknown.end();
  return known ? std::optional(counters.*counter) : std::nullopt;
}

Number PricedCounters::number(Count Counters::*counter) const {
  const std::optional<Count> known = count(counter);
  return known ? Number(static_cast<double>(*known)) : Number();
}

PricedResult price_run(RunResult result, const EnergyTable& table) {
  const CounterPair run = result.totals();
  const auto prices_of = [&](const Counters& side) {
    return Prices(table, result.machine, readings_of(side, result.unknown));
  };
  const PairPrices prices{prices_of(run.machine), prices_of(run.dense)};
  PricedResult priced = price_run(std::move(result), &prices);
  priced.table = table.name;
  priced.unit = table.unit;
  priced.source = table.source;
  priced.warnings = table.warnings(priced.result.machine);
  return priced;
}

PricedResult unpriced_run(RunResult result) {
  return price_run(std::move(result), nullptr);
}

}  // namespace peeksim
