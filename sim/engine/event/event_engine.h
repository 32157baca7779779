// The event-driven engine: the accelerator of SystemC modules, which sleep from event to event.
#pragma once

#include "sim/engine/engine.h"
#include "sim/engine/event/accelerator.h"

namespace peeksim {

class EventEngine : public Engine {
 public:
  EventEngine(const MachineSpec& machine, const Accelerator::Options& options)
      : machine_(machine), accelerator_(machine, options) {}

  Counters simulate(const LayerSetup& setup, const LayerValues& values, EventLog* log = nullptr,
                    clocked::Waveform* = nullptr) override {
    return simulate_layer(accelerator_, machine_, setup, values, log);
  }

 private:
  MachineSpec machine_;
  Accelerator accelerator_;
};

}  // namespace peeksim
