// A trace simulated in this process: each layer on a machine and on its dense version, image after
// image.
#pragma once

#include <memory>
#include <vector>

#include "sim/run/run.h"
#include "sim/schedule/layer_setup.h"

namespace peeksim {

// What a layer did with an image.
struct LayerOutcome {
  CounterPair counters;
  EventLog events;  // on the machine, from the start of the layer: what the run's sink wants
};

class TraceSimulation {
 public:
  // Sets up every layer, and simulates none. All arguments outlive the object. Throws
  // Error(config), Error(machine) when a layer cannot run.
  TraceSimulation(const MachineSpec& machine, const Trace& trace, const EngineKind& engine,
                  const RunOptions& options);
  ~TraceSimulation();

  const LayerSetup& setup(std::size_t layer) const;

  // Any of the layer's images. Of a run with a waveform, the object that simulates one layer of the
  // first image simulates all. REQUIRES: the layer is that of the last call, or a later one. Throws
  // as run_trace() while it simulates.
  LayerOutcome run(std::size_t layer, int image);

  bool exhausted() const;  // nothing more can be simulated in this process (Engine::exhausted)

  RunProfile profile;  // of all that was simulated

 private:
  class LayerRunner;
  struct State;  // made by the first run: a process can make only one engine

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
