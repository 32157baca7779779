// Traces in memory, shared by many machines and by forked processes. A trace is opened and
// decompressed once; the values of one that is larger than the limit stay in its file.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "sim/config/machine.h"
#include "sim/skip/operands/live_taps.h"
#include "sim/trace/trace.h"

namespace peeksim {

// Which masks of the ifmaps are cached. Live taps take time and memory, and only machines that skip
// zero activations use them.
enum class CachedTaps { zero, zero_and_live };

CachedTaps taps_for(const MachineSpec& machine);

// The values of a layer and an image.
struct CachedValues {
  std::vector<float> ofmap;    // [K,P,Q]
  std::vector<int> zero_taps;  // of the ifmap; empty when the trace has none
  LiveTaps live_taps;          // with CachedTaps::zero_and_live, when the trace has the ifmap
};

class CachedTrace {
 public:
  static constexpr std::size_t default_bytes = std::size_t{256} << 20;

  // Reads the values of the first `images` images (0: all) unless they need more than `max_bytes`.
  // Throws Error(usage) for more images than there are, Error(trace), Error(interrupted).
  CachedTrace(const std::string& path, int images, std::size_t max_bytes,
              CachedTaps taps = CachedTaps::zero_and_live,
              const std::function<bool()>& interrupted = {});

  const Trace& trace() const { return trace_; }
  int images() const { return images_; }
  bool has(CachedTaps taps) const { return taps == CachedTaps::zero || taps == taps_; }
  bool has_values() const { return !values_.empty(); }
  std::size_t bytes() const { return bytes_; }  // of the cached values

  // REQUIRES: has_values().
  const CachedValues& values(std::size_t layer, int image) const {
    return values_[layer * images_ + image];
  }

 private:
  std::size_t bytes_needed() const;
  CachedValues read(std::size_t layer, int image) const;

  Trace trace_;
  int images_ = 0;
  CachedTaps taps_;
  std::size_t bytes_ = 0;
  std::vector<CachedValues> values_;  // by layer, then image; empty: read from the file
};

// An LRU cache of traces, with their zero and live taps.
class TraceCache {
 public:
  explicit TraceCache(std::size_t max_bytes = CachedTrace::default_bytes) : max_bytes_(max_bytes) {}

  // images: from the first one on; 0: all. Throws as CachedTrace.
  std::shared_ptr<const CachedTrace> get(const std::string& path, int images,
                                         const std::function<bool()>& interrupted = {});

  std::size_t reads() const { return reads_; }  // of traces that were not in the cache

 private:
  std::size_t max_bytes_, reads_ = 0;
  std::list<std::shared_ptr<const CachedTrace>> traces_;  // the most recently used first
};

}  // namespace peeksim
