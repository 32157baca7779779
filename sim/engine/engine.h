// The engines: two simulations of the same machine that share its specs, its static program and its
// reports, and nothing of their timing. Adding one is one row in engine.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/engine/event_log.h"
#include "sim/engine/simulate_layer.h"

namespace peeksim {

namespace clocked {
class Waveform;
}

class Engine {
 public:
  virtual ~Engine() = default;

  // Simulates a layer, one convolution group after another, and returns its counters. They are
  // checked: MACs, cycles and bytes add up, and the hardware did what the program says. Appends
  // what happened to `log` unless it is null, cycles counted from the start of the layer. A
  // clocked engine shows its cycles to `waveform` unless that is null.
  virtual Counters simulate(const LayerSetup& setup, const LayerValues& values,
                            EventLog* log = nullptr, clocked::Waveform* waveform = nullptr) = 0;
};

struct EngineKind {
  const char* name;
  const char* meaning;
  // Goes through every cycle: can show it, and computes outputs where a trace has weights.
  bool clocked;
  // The kernel elaborates once per process: a process makes one engine.
  std::unique_ptr<Engine> (*make)(const MachineSpec& machine, const Accelerator::Options& options);
};

const std::vector<EngineKind>& engines();

// The engine of that name. Throws Error(usage) with a suggestion.
const EngineKind& find_engine(const std::string& name);

}  // namespace peeksim
