// Ratios computed from counters: MAC reduction, speed-up, utilisation and others.
// Reports read them from a priced run (priced.h), where they are computed once.
#pragma once

#include <string>
#include <vector>

#include "sim/run/result.h"

namespace peeksim {

// a / b, or 0 when b is 0: a layer without MACs saves none.
double share(Count a, Count b);

double mac_reduction(const CounterPair& counters);  // MACs predicted / MACs, 0 … 1
double speed_up(const CounterPair& counters);       // dense cycles / cycles; above 1 is faster
double false_share(const CounterPair& counters);    // wrongly predicted zeros / predicted zeros

// MAC slots that computed or met a zero activation / all MAC slots of the array in all cycles.
double utilisation(const Counters& counters, const ArraySpec& array);

Bytes dram_bytes(const Counters& counters);

// Bytes that cross the ports of each on-chip buffer: reads, writes and fills.
struct BufferTraffic {
  Bytes ifmap = 0;
  Bytes weight = 0;
  Bytes ofmap = 0;
};

BufferTraffic buffer_traffic(const Counters& counters, const PrecisionSpec& precision);
Bytes buffer_bytes(const Counters& counters, const PrecisionSpec& precision);  // their sum

// Above 1 is cheaper.
double energy_ratio(double dense_energy, double energy);

// Sums over some of the layers: a MAC reduction means little unless one knows over which layers.
struct Scope {
  std::string name;   // in files: "predicted_layers"
  std::string label;  // on screens: "predicted layers"
  CounterPair counters;
  int layers = 0;
};

// Predicted layers, convolutions, network; and, when only some layers stream their weights, those
// apart, because prediction changes their weight traffic too.
std::vector<Scope> scopes(const RunResult& result);

// The names of all scopes.
std::vector<std::string> scope_names();

}  // namespace peeksim
