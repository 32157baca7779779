#include "sim/report/numbers/summary.h"

namespace peeksim {

namespace {

struct ScopeRule {
  const char* name;
  const char* label;
  bool (*contains)(const LayerResult& layer);
};

constexpr ScopeRule scope_rules[] = {
    {"predicted_layers", "predicted layers",
     [](const LayerResult& layer) { return layer.policy != "none"; }},
    {"convolutions", "convolutions",
     [](const LayerResult& layer) { return layer.layer.kind == LayerKind::conv; }},
    {"network", "network", [](const LayerResult&) { return true; }},
    {"streamed_layers", "of it streamed *",
     [](const LayerResult& layer) { return layer.streamed; }},
};

}  // namespace

double share(Count a, Count b) {
  return b == 0 ? 0.0 : static_cast<double>(a) / static_cast<double>(b);
}

double mac_reduction(const CounterPair& c) {
  return share(c.machine.macs_predicted, c.machine.macs_total);
}

double speed_up(const CounterPair& c) {
  return share(c.dense.cycles, c.machine.cycles);
}

double false_share(const CounterPair& c) {
  return share(c.machine.false_zero, c.machine.predicted_zero);
}

double utilisation(const Counters& c, const ArraySpec& array) {
  // In real numbers: a large array has more slots than a Count can hold.
  const double slots = static_cast<double>(c.cycles) * array.rows * array.cols * array.lanes;
  return slots == 0 ? 0.0 : static_cast<double>(c.macs_executed + c.macs_zero_gated) / slots;
}

Bytes dram_bytes(const Counters& c) {
  return c.dram_read_bytes + c.dram_write_bytes;
}

BufferTraffic buffer_traffic(const Counters& c, const PrecisionSpec& precision) {
  BufferTraffic bytes;
  bytes.ifmap = precision.activation_bytes(c.ifmap_reads) + c.ifmap_fill_bytes;
  bytes.weight = precision.weight_bytes(c.weight_reads) + c.weight_fill_bytes;
  // A residual is filled and read back; what is stored is read from the ofmap buffer.
  bytes.ofmap = precision.activation_bytes(c.ofmap_writes + c.predicted_zero) +
                2 * c.residual_bytes + c.dram_write_bytes;
  return bytes;
}

Bytes buffer_bytes(const Counters& counters, const PrecisionSpec& precision) {
  const BufferTraffic bytes = buffer_traffic(counters, precision);
  return bytes.ifmap + bytes.weight + bytes.ofmap;
}

double energy_ratio(double dense_energy, double energy) {
  return energy == 0 ? 0.0 : dense_energy / energy;
}

std::vector<Scope> scopes(const RunResult& result) {
  std::vector<Scope> all;
  for (const ScopeRule& rule : scope_rules) {
    Scope scope{rule.name, rule.label, {}, 0};
    for (const LayerResult& layer : result.layers) {
      if (!rule.contains(layer)) continue;
      scope.counters += layer.counters;
      ++scope.layers;
    }
    all.push_back(std::move(scope));
  }
  return all;
}

std::vector<std::string> scope_names() {
  std::vector<std::string> names;
  for (const ScopeRule& rule : scope_rules) names.emplace_back(rule.name);
  return names;
}

}  // namespace peeksim
