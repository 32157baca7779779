// The event-driven engine: the accelerator of SystemC modules, which sleep from event to event.
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
  // One convolution group, from empty buffers. taps: what its tiles' taps ask for.
  Counters simulate_group(const Job& job, int group, const Prediction& prediction, TapCounter& taps,
                          const Recorder& recorder);

  Accelerator accelerator_;
};

}  // namespace peeksim::event
