// One layer on an engine, in a kernel of its own.
#pragma once

#include <string>
#include <vector>

#include "sim/engine/engine.h"
#include "tests/support/fresh_kernel.h"

namespace peeksim {

// In a new kernel.
inline Engine& fresh_engine(const std::string& name = "event", const EngineOptions& options = {}) {
  fresh_kernel();
  return *leave_behind<std::unique_ptr<Engine>>(find_engine(name).make(options));
}

inline Counters simulate(Engine& engine, const MachineSpec& machine, const LayerSetup& setup,
                         const LayerValues& values, Observer& observer) {
  return engine.simulate(Job(machine, setup, values), observer).front();
}

inline Counters simulate(Engine& engine, const MachineSpec& machine, const Layer& layer,
                         const LayerValues& values) {
  Observer nobody;
  return simulate(engine, machine, set_up_layer(machine, layer, true), values, nobody);
}

}  // namespace peeksim
