// Traces in memory, for many machines and for processes that are forked and all read the same
// values. A trace is opened and decompressed once; one that is too large to hold stays in its file.
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

// What is held of the ifmaps. Live taps take time and memory to make, and only machines that skip
// zero activations ask for them.
enum class HeldTaps { zero, zero_and_live };

HeldTaps taps_for(const MachineSpec& machine);

// What is held of a layer and an image.
struct HeldValues {
  std::vector<float> ofmap;    // [K,P,Q]
  std::vector<int> zero_taps;  // of the ifmap; empty when the trace has none
  LiveTaps live_taps;          // known when they are held, and the trace has the ifmap
};

class HeldTrace {
 public:
  static constexpr std::size_t usual_bytes = std::size_t{256} << 20;

  // Reads the values of the first `images` images (0: all) unless they need more than `most_bytes`.
  // Throws Error(usage) for more images than there are, Error(trace), Error(interrupted).
  HeldTrace(const std::string& path, int images, std::size_t most_bytes,
            HeldTaps taps = HeldTaps::zero_and_live, const std::function<bool()>& interrupted = {});

  const Trace& trace() const { return trace_; }
  int images() const { return images_; }
  bool has(HeldTaps taps) const { return taps == HeldTaps::zero || taps == taps_; }
  bool holds_values() const { return !values_.empty(); }
  std::size_t bytes() const { return bytes_; }  // of the values that are held

  // REQUIRES: holds_values().
  const HeldValues& values(std::size_t layer, int image) const {
    return values_[layer * images_ + image];
  }

 private:
  std::size_t bytes_needed() const;
  HeldValues read(std::size_t layer, int image) const;

  Trace trace_;
  int images_ = 0;
  HeldTaps taps_;
  std::size_t bytes_ = 0;
  std::vector<HeldValues> values_;  // by layer, then image; empty: they stay in the file
};

// The traces that were used last, as many as fit, with zero and live taps.
class TraceShelf {
 public:
  explicit TraceShelf(std::size_t most_bytes = HeldTrace::usual_bytes) : most_bytes_(most_bytes) {}

  // images: from the first one on; 0: all. Throws as HeldTrace.
  std::shared_ptr<const HeldTrace> get(const std::string& path, int images,
                                       const std::function<bool()>& interrupted = {});

  std::size_t reads() const { return reads_; }  // traces that were not there when they were wanted

 private:
  std::size_t most_bytes_, reads_ = 0;
  std::list<std::shared_ptr<const HeldTrace>> used_last_;  // the latest first
};

}  // namespace peeksim
