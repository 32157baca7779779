// What a run needs of its trace, layer by layer and image by image: read from the file, or taken
// from a cache that knows it already.
#pragma once

#include <ctime>
#include <vector>

#include "sim/engine/engine_kind.h"
#include "sim/engine/job.h"
#include "sim/run/run.h"
#include "sim/skip/fate.h"

namespace peeksim {

// Adds the CPU time of its lifetime to a phase: that of its own thread.
class PhaseTimer {
 public:
  explicit PhaseTimer(double& seconds) : seconds_(seconds), start_(now()) {}
  ~PhaseTimer() { seconds_ += now() - start_; }
  PhaseTimer(const PhaseTimer&) = delete;
  PhaseTimer& operator=(const PhaseTimer&) = delete;

 private:
  static double now() {
    timespec time = {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }

  double& seconds_;
  double start_;
};

class RunInputs {
 public:
  // All arguments outlive the object. REQUIRES: a cache only for an engine that computes no values.
  RunInputs(const Trace& trace, const MachineSpec& machine, const EngineKind& engine,
            const RunOptions& options, RunProfile& profile);

  // From now on values are those of this layer.
  void enter_layer(std::size_t layer, const LayerSetup& setup);

  // What an image brings. Throws as Trace::read_ofmap, and Error(trace) for a negative threshold
  // on values that have passed the ReLU. Valid until the next call.
  const JobImage& read(int image);

 private:
  void read_taps(TapFate fate, int image);
  void predict_with_cache(int image);

  const Trace& trace_;
  const MachineSpec& machine_;
  const EngineKind& engine_;
  const RunOptions& options_;
  RunProfile& profile_;
  std::size_t layer_ = 0;
  const LayerSetup* setup_ = nullptr;
  LayerValues values_;
  JobImage image_;
  Prediction prediction_;
};

}  // namespace peeksim
