// The event-driven engine: the accelerator of SystemC modules, which sleep from event to event.
#pragma once

#include "sim/engine/engine.h"
#include "sim/engine/event/accelerator.h"

namespace peeksim::event {

extern const EngineKind engine_kind;

class EventEngine : public Engine {
 public:
  explicit EventEngine(const EngineOptions& options) : accelerator_(options) {}

  std::vector<Counters> simulate(const Job& job, Observer& observer) override;

 private:
  Counters simulate_image(const Job& job, int image, Observer& observer);

  Kernel kernel_;
  Accelerator accelerator_;
};

}  // namespace peeksim::event
