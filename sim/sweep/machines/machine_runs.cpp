#include "sim/sweep/machines/machine_runs.h"

#include "sim/sweep/design/point_key.h"

namespace peeksim {

// The caches as one run uses them: for its trace and its dense machine.
class MachineRuns::CacheOfRun : public RunCache {
 public:
  CacheOfRun(MachineRuns& runs, const MachineSpec& machine, const CachedTrace& trace)
      : runs_(runs), trace_(trace), dense_key_(MachineIdentity(machine).dense_digest()) {}

  bool read_ofmap(std::size_t layer, int image, std::vector<float>& values) override {
    if (trace_.has_values()) values = trace_.values(layer, image).ofmap;
    return trace_.has_values();
  }
  bool read_zero_taps(std::size_t layer, int image, std::vector<int>& values) override {
    if (trace_.has_values()) values = trace_.values(layer, image).zero_taps;
    return trace_.has_values();
  }
  bool read_live_taps(std::size_t layer, int image, LiveTaps& values) override {
    const bool cached = trace_.has_values() && trace_.has(CachedTaps::zero_and_live);
    if (cached) values = trace_.values(layer, image).live_taps;
    return cached;
  }

  const Prediction* prediction(std::size_t layer, int image,
                               const LayerPrediction& settings) override {
    return runs_.masks_.find(place(layer, image) + settings.fingerprint());
  }
  void keep_prediction(std::size_t layer, int image, const LayerPrediction& settings,
                       const Prediction& prediction) override {
    const std::string key = place(layer, image) + settings.fingerprint();
    const std::size_t bytes = prediction.predicted.words().size() * 8 + prediction.taps.size() * 4;
    runs_.masks_.put(key, prediction, bytes + key.size() + 512);
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
  const CachedTrace& trace_;
  const std::string dense_key_;
};

RunResult MachineRuns::run(const MachineSpec& machine, const CachedTrace& trace,
                           const Watch& watch) {
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
