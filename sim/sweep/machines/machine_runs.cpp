#include "sim/sweep/machines/machine_runs.h"

#include "sim/sweep/design/point_key.h"

namespace peeksim {

// What one run has in common with others.
class MachineRuns::CacheOfRun : public RunCache {
 public:
  CacheOfRun(MachineRuns& runs, const MachineSpec& machine, const HeldTrace& trace)
      : runs_(runs), trace_(trace), dense_key_(dense_digest(machine)) {}

  bool read_ofmap(std::size_t layer, int image, std::vector<float>& values) override {
    if (trace_.holds_values()) values = trace_.values(layer, image).ofmap;
    return trace_.holds_values();
  }
  bool read_zero_taps(std::size_t layer, int image, std::vector<int>& values) override {
    if (trace_.holds_values()) values = trace_.values(layer, image).zero_taps;
    return trace_.holds_values();
  }
  bool read_live_taps(std::size_t layer, int image, LiveTaps& values) override {
    const bool held = trace_.holds_values() && trace_.has(HeldTaps::zero_and_live);
    if (held) values = trace_.values(layer, image).live_taps;
    return held;
  }

  const Prediction* prediction(std::size_t layer, int image,
                               const LayerPrediction& settings) override {
    return runs_.masks_.find(place(layer, image) + settings.fingerprint());
  }
  void keep_prediction(std::size_t layer, int image, const LayerPrediction& settings,
                       const Prediction& prediction) override {
    const std::string key = place(layer, image) + settings.fingerprint();
    runs_.masks_.put(key, prediction, prediction.predicted.words().size() * 8 + key.size() + 512);
  }
  const Counters* dense(std::size_t layer, int image) override {
    return runs_.dense_.find(place(layer, image) + dense_key_);
  }
  void keep_dense(std::size_t layer, int image, const Counters& counters) override {
    runs_.dense_.put(place(layer, image) + dense_key_, counters, 1024);
  }

 private:
  std::string place(std::size_t layer, int image) const {
    return trace_.trace().sha256() + " " + std::to_string(layer) + " " + std::to_string(image) +
           " ";
  }

  MachineRuns& runs_;
  const HeldTrace& trace_;
  const std::string dense_key_;
};

RunResult MachineRuns::run(const MachineSpec& machine, const HeldTrace& trace, const Watch& watch) {
  if (!engine_) engine_ = make_engine(kind_.name);
  CacheOfRun cache(*this, machine, trace);
  RunOptions options;
  options.engine = kind_.name;
  options.existing_engine = engine_.get();
  options.images = trace.images();
  if (!kind_.computes_values) options.cache = &cache;
  return run_trace(machine, trace.trace(), watch, options);
}

bool MachineRuns::exhausted() const {
  return engine_ && engine_exhausted(*engine_);
}

}  // namespace peeksim
