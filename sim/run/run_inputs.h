// Reads the inputs of a run from its trace, layer by layer and image by image, or takes them from a
// cache.
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

  // The next calls of read() are for this layer.
  void enter_layer(std::size_t layer, const LayerSetup& setup);

  // The inputs of an image. Throws as Trace::read_ofmap, and Error(trace) for a negative threshold
  // on values that have passed the ReLU. Valid until the next call.
  const JobImage& read(int image);

 private:
  void read_taps(TapFate fate, int image);
  void read_operands(int image);
  void predict_with_cache(int image);

  const Trace& trace_;
  const MachineSpec& machine_;
  const EngineKind& engine_;
  const RunOptions& options_;
  RunProfile& profile_;
  std::size_t layer_ = 0;
  const LayerSetup* setup_ = nullptr;
  // Whether the layer's operands are needed, by the engine or by the predictor; and whether those
  // of the image have been read.
  bool needs_operands_ = false, has_operands_ = false;
  LayerValues values_;
  JobImage image_;
  Prediction prediction_;
};

}  // namespace peeksim
