// A run with all numbers that reports show, computed once: by layer, by scope, by image. Everything
// that shows or writes results reads them here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/cost/energy.h"
#include "sim/report/numbers/summary.h"
#include "sim/run/result.h"

namespace peeksim {

// Empty: unknown, because a counter that it depends on is unknown or there are no prices.
using Number = std::optional<double>;

// The counters of one machine, and the numbers computed from them.
struct PricedCounters {
  Counters counters;
  UnknownCounters unknown;     // of the run
  std::vector<Number> energy;  // by component, in the energy table's unit; empty: no prices
  Number total_energy;         // in the same unit
  std::vector<Number> area;    // mm2 by component; empty: the energy table states none
  Number total_area;
  Number utilisation;
  std::optional<Bytes> dram_bytes;
  struct {
    std::optional<Bytes> ifmap, weight, ofmap, all;
  } buffer_bytes;

  std::optional<Count> count(Count Counters::*counter) const;
  Number number(Count Counters::*counter) const;  // the same
};

// The described machine and the same one without prediction.
struct PricedPair {
  PricedCounters machine, dense;
  Number mac_reduction, speed_up, energy_ratio, false_zero_share;
};

struct PricedScope {
  std::string name, label;  // as in Scope
  int layers = 0;
  PricedPair pair;
};

// Mean and standard deviation (of a sample; 0 for one image) over the images.
struct Spread {
  std::string name;   // in files: "mac_reduction"
  std::string label;  // on screens: "MACs saved"
  Number mean, deviation;
};

struct PricedResult {
  RunResult result;
  std::string table, unit, source;    // of the energies
  std::vector<std::string> warnings;  // about prices that the table extrapolates, one line each
  PricedPair network;
  std::vector<PricedPair> layers, images;  // in the order of the run
  std::vector<PricedScope> scopes;         // as scopes()
  std::vector<Spread> over_images;
};

// Throws Error(config) when the table lacks an action or a part that the machine needs.
PricedResult price_run(RunResult result, const EnergyTable& table);

// The same without prices: energies and areas are unknown.
PricedResult unpriced_run(RunResult result);

}  // namespace peeksim
