// Why a run is as fast as it is beside the same machine without prediction: the bound, had the
// cycles of every layer shrunk as its MACs did, and what each cause lost on the way to the cycles
// that the run took. Bound and losses add up to these cycles, for every layer and the network.
#pragma once

#include <optional>
#include <vector>

#include "sim/run/result.h"

namespace peeksim {

struct SpeedUpCause {
  const char* name;     // on pages: "filling"
  const char* label;    // "partly filled tiles"
  const char* meaning;  // a sentence
};

const std::vector<SpeedUpCause>& speed_up_causes();

// Cycles of a layer, or sums over layers. Losses below 0 are cycles won.
struct CyclesExplained {
  Cycle dense = 0, run = 0;  // without prediction, and with it
  double bound = 0;          // the dense cycles, less those that the layer's saved MACs took
  std::vector<double> lost = std::vector<double>(speed_up_causes().size());  // by cause

  double saved_macs() const { return static_cast<double>(dense) - bound; }  // what they took
  Cycle saved() const { return dense - run; }

  CyclesExplained& operator+=(const CyclesExplained& other);
};

struct SpeedUpExplained {
  CyclesExplained network;
  std::vector<CyclesExplained> layers;  // in the order of the run
};

// The same for one layer.
CyclesExplained explain_cycles(const CounterPair& counters);

// Empty: unknown, because a counter that it depends on is unknown.
std::optional<SpeedUpExplained> explain_speed_up(const RunResult& run);

}  // namespace peeksim
