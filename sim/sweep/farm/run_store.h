// What finished points leave to the next ones: masks by trace, layer, image and prediction
// settings, and counters of dense machines. Bounded: what was used longest ago makes room.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sim/run/run.h"
#include "sim/sweep/farm/held_trace.h"

namespace peeksim {

// Values by key, as many as fit.
template <class T>
class BoundedStore {
 public:
  explicit BoundedStore(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // Null when it is not there. Valid until the next put().
  const T* find(const std::string& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->value;
  }

  void put(const std::string& key, T value, std::size_t bytes) {
    if (places_.count(key) > 0) return;
    entries_.push_front({key, std::move(value), bytes});
    places_[key] = entries_.begin();
    bytes_ += bytes;
    for (; bytes_ > most_bytes_ && entries_.size() > 1; entries_.pop_back()) {
      bytes_ -= entries_.back().bytes;
      places_.erase(entries_.back().key);
    }
  }

 private:
  struct Entry {
    std::string key;
    T value;
    std::size_t bytes;
  };
  std::size_t most_bytes_, bytes_ = 0;
  std::list<Entry> entries_;  // the latest first
  std::unordered_map<std::string, typename std::list<Entry>::iterator> places_;
};

struct RunStore {
  // Small, because every fork copies the tables of its pages: points of equal settings follow each
  // other, and need no more.
  BoundedStore<Prediction> masks{std::size_t{16} << 20};
  BoundedStore<Counters> dense{std::size_t{8} << 20};
};

// What one run had to compute, for the store.
struct RunFindings {
  std::vector<std::pair<std::string, Prediction>> masks;
  std::vector<std::pair<std::string, Counters>> dense;
};

void keep(RunFindings findings, RunStore& store);

// The store as one run on one machine sees it.
class StoredRuns : public RunCache {
 public:
  StoredRuns(RunStore& store, const HeldTrace& trace, const MachineSpec& machine);

  bool read_ofmap(std::size_t layer, int image, std::vector<float>& values) override;
  bool read_zero_taps(std::size_t layer, int image, std::vector<int>& values) override;
  bool read_live_taps(std::size_t layer, int image, LiveTaps& values) override;
  const Prediction* prediction(std::size_t layer, int image,
                               const LayerPrediction& settings) override;
  void keep_prediction(std::size_t layer, int image, const LayerPrediction& settings,
                       const Prediction& prediction) override;
  const Counters* dense(std::size_t layer, int image) override;
  void keep_dense(std::size_t layer, int image, const Counters& counters) override;

  const RunFindings& findings() const { return findings_; }

 private:
  std::string place(std::size_t layer, int image) const;

  RunStore& store_;
  const HeldTrace& trace_;
  std::string dense_key_;
  RunFindings findings_;
};

}  // namespace peeksim
