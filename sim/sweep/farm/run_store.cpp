#include "sim/sweep/farm/run_store.h"

#include "sim/sweep/design/point_key.h"
#include "sim/trace/sha256.h"

namespace peeksim {

namespace {

std::string digest_of(const LayerPrediction& settings) {
  Sha256 hash;
  hash.add(settings.fingerprint());
  return hash.hex();
}

}  // namespace

void keep(RunFindings findings, RunStore& store) {
  for (auto& [key, mask] : findings.masks) {
    const std::size_t bytes = mask.predicted.words().size() * 8 + 512;
    store.masks.put(key, std::move(mask), bytes);
  }
  for (auto& [key, counters] : findings.dense) store.dense.put(key, counters, 1024);
}

StoredRuns::StoredRuns(RunStore& store, const HeldTrace& trace, const MachineSpec& machine)
    : store_(store), trace_(trace), dense_key_(dense_digest(machine)) {}

std::string StoredRuns::place(std::size_t layer, int image) const {
  return trace_.trace().sha256() + " " + std::to_string(layer) + " " + std::to_string(image) + " ";
}

bool StoredRuns::read_ofmap(std::size_t layer, int image, std::vector<float>& values) {
  if (trace_.holds_values()) trace_.read_ofmap(layer, image, values);
  return trace_.holds_values();
}

bool StoredRuns::read_zero_taps(std::size_t layer, int image, std::vector<int>& values) {
  if (trace_.holds_values()) trace_.read_zero_taps(layer, image, values);
  return trace_.holds_values();
}

bool StoredRuns::read_live_taps(std::size_t layer, int image, LiveTaps& values) {
  const bool held = trace_.holds_values() && trace_.has(HeldTaps::zero_and_live);
  if (held) trace_.read_live_taps(layer, image, values);
  return held;
}

const Prediction* StoredRuns::prediction(std::size_t layer, int image,
                                         const LayerPrediction& settings) {
  return store_.masks.find(place(layer, image) + digest_of(settings));
}

void StoredRuns::keep_prediction(std::size_t layer, int image, const LayerPrediction& settings,
                                 const Prediction& prediction) {
  findings_.masks.emplace_back(place(layer, image) + digest_of(settings), prediction);
}

const Counters* StoredRuns::dense(std::size_t layer, int image) {
  return store_.dense.find(place(layer, image) + dense_key_);
}

void StoredRuns::keep_dense(std::size_t layer, int image, const Counters& counters) {
  findings_.dense.emplace_back(place(layer, image) + dense_key_, counters);
}

}  // namespace peeksim
