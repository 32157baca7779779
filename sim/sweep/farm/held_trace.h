// Traces in memory, for processes that are forked and all read the same values. A trace is opened
// and decompressed once; one that is too large to hold stays in its file.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "sim/config/machine.h"
#include "sim/skip/operands/live_taps.h"
#include "sim/sweep/farm/shared_block.h"
#include "sim/trace/trace.h"

namespace peeksim {

// What is held of the ifmaps. Live taps take time and memory to make, and only machines that skip
// zero activations ask for them.
enum class HeldTaps { zero, zero_and_live };

HeldTaps taps_for(const MachineSpec& machine);

class HeldTrace {
 public:
  // Reads the values of the first `images` images (0: all) unless they need more than `most_bytes`.
  // Throws Error(usage) for more images than there are, Error(trace), Error(interrupted).
  HeldTrace(const std::string& path, int images, std::size_t most_bytes,
            HeldTaps taps = HeldTaps::zero_and_live, const std::function<bool()>& interrupted = {});

  const Trace& trace() const { return trace_; }
  int images() const { return images_; }
  bool has(HeldTaps taps) const { return taps == HeldTaps::zero || taps == taps_; }
  bool holds_values() const { return block_ != nullptr; }
  std::size_t bytes() const { return holds_values() ? block_->bytes() : 0; }

  // [K,P,Q]; the zero and the live taps of the ifmap, empty and not known when the trace has none.
  // The live taps stay where they are, for as long as the object lives. REQUIRES: holds_values();
  // for live taps: has(HeldTaps::zero_and_live).
  void read_ofmap(std::size_t layer, int image, std::vector<float>& values) const;
  void read_zero_taps(std::size_t layer, int image, std::vector<int>& values) const;
  void read_live_taps(std::size_t layer, int image, LiveTaps& values) const;

 private:
  struct Place {
    std::size_t live_taps, ofmap, zero_taps, end;  // bytes from the start of the block
  };
  const Place& place(std::size_t layer, int image) const {
    return places_[layer * images_ + image];
  }
  void fill(const std::function<bool()>& interrupted);
  void fill_taps(std::size_t layer, int image, const std::vector<float>& ifmap);

  Trace trace_;
  int images_ = 0;
  HeldTaps taps_;
  std::unique_ptr<SharedBlock> block_;  // null: the values stay in the file
  std::vector<Place> places_;           // by layer, then image
};

// The traces that were used last, as many as fit.
class TraceShelf {
 public:
  static constexpr std::size_t usual_bytes = std::size_t{256} << 20;
  explicit TraceShelf(std::size_t most_bytes = usual_bytes) : most_bytes_(most_bytes) {}

  // images: from the first one on; 0: all. Throws as HeldTrace.
  std::shared_ptr<const HeldTrace> get(const std::string& path, int images,
                                       HeldTaps taps = HeldTaps::zero_and_live,
                                       const std::function<bool()>& interrupted = {});

 private:
  std::size_t most_bytes_;
  std::list<std::shared_ptr<const HeldTrace>> used_last_;  // the latest first
};

}  // namespace peeksim
