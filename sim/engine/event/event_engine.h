// The event-driven engine: the accelerator as SystemC modules that are inactive between events.
#pragma once

#include "sim/engine/event/accelerator.h"
#include "sim/engine/kernel/kernel_engine.h"

namespace peeksim::event {

extern const EngineKind engine_kind;

class EventEngine : public KernelEngine {
 public:
  explicit EventEngine(const EngineOptions& options) : accelerator_(options) {}

 private:
  Counters simulate_image(const Job& job, int image, Observer& observer) override;
  // One convolution group, from empty buffers.
  Counters simulate_program(const Job& job, const Program& program, const Recorder& recorder);

  Accelerator accelerator_;
};

}  // namespace peeksim::event
