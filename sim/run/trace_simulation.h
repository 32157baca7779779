// Simulates a trace in this process: each layer on a machine and on its dense version, image after
// image.
#pragma once

#include <memory>
#include <vector>

#include "sim/run/run.h"
#include "sim/schedule/layer_setup.h"

namespace peeksim {

// The outcome of a layer and an image.
struct LayerOutcome {
  CounterPair counters;
  // On the machine, from the start of the layer, in the detail that RunOptions::events asks for.
  EventLog events;
};

class TraceSimulation {
 public:
  // Sets up every layer, and simulates none. All arguments outlive the object. Throws
  // Error(config), Error(machine) when a layer cannot run.
  TraceSimulation(const MachineSpec& machine, const Trace& trace, const EngineKind& engine,
                  const RunOptions& options);
  ~TraceSimulation();

  const LayerSetup& setup(std::size_t layer) const;

  // Simulates one of the layer's images, in any order. In a run with a waveform one object must
  // simulate the first image of all layers. REQUIRES: the layer is that of the last call, or a
  // later one. Throws as run_trace() while it simulates.
  LayerOutcome run(std::size_t layer, int image);

  // Whether the process must be replaced before anything else is simulated (Engine::exhausted).
  bool exhausted() const;

  RunProfile profile;  // of all that was simulated

 private:
  class LayerRunner;
  struct State;  // created by the first run: a process can create only one engine

  void enter_layer(std::size_t layer);

  const MachineSpec& machine_;
  const MachineSpec dense_machine_;
  const Trace& trace_;
  const EngineKind& kind_;
  const RunOptions& options_;
  std::vector<LayerSetup> setups_, dense_setups_;
  std::unique_ptr<State> state_;
};

}  // namespace peeksim
