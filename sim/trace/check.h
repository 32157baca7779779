// Reads every value of a trace, and reports statistics and warnings: `peeksim trace check`.
#pragma once

#include <string>
#include <vector>

#include "sim/trace/trace.h"
#include "sim/trace/watch.h"

namespace peeksim {

// Statistics of a tensor's values, over all images.
struct ValueStatistics {
  Count values = 0;
  Count negative = 0;
  Count zero = 0;  // exactly 0
  float min = 0;
  float max = 0;

  Count not_positive() const { return negative + zero; }
  double zero_share() const;  // of values <= 0
  // No negative value and at least one exact zero: the output of a ReLU, not its input.
  bool only_rectified() const { return negative == 0 && zero > 0; }

  void add(const std::vector<float>& values);
};

struct LayerCheck {
  std::string name;
  ValueStatistics ofmap;
  ValueStatistics ifmap;  // no values when the trace has no ifmap
  bool checksummed = false;
};

struct TraceReport {
  TraceInfo info;
  std::string sha256;
  std::vector<LayerCheck> layers;
  std::vector<std::string> warnings;  // one line each; an Error was thrown for anything worse
};

// Throws Error(trace) unless all sums of a layer of i8 arithmetic fit into an int32, whatever its
// ifmap: |bias| plus the ifmap's largest magnitude times the sum of |weight|, for every channel.
// REQUIRES: layers[layer].integer.
void require_int32_sums(const Trace& trace, std::size_t layer);

// Reads all. Throws Error(trace) at the first damage, Error(interrupted).
TraceReport check_trace(const std::string& path, const Watch& watch = {});

}  // namespace peeksim
