// Engines: independent simulators of the same machine. They share its parameters, the static
// program and the report formats, but no timing code.
#pragma once

#include <vector>

#include "sim/base/counters.h"
#include "sim/engine/engine_kind.h"
#include "sim/engine/job.h"
#include "sim/engine/observer.h"

namespace peeksim {

class Engine {
 public:
  virtual ~Engine() = default;

  // Simulates the layer on the machine of the job for one image after another, each from empty
  // buffers and one convolution group after another, and returns the counters of each image. They
  // are checked: MACs, cycles and bytes add up, and the hardware blocks executed the program.
  //
  // A job begins at the kernel's current time, and any number of jobs of any machines follow one
  // another. After an exception the engine is unusable: every later call throws Error(internal).
  virtual std::vector<Counters> simulate(const Job& job, Observer& observer) = 0;

  // Whether the process must be replaced before the next job: a job has failed, or the kernel's
  // time may run out in another.
  virtual bool exhausted() const = 0;
};

}  // namespace peeksim
