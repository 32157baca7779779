// The timeline as a file of Chrome trace events, for Perfetto and chrome://tracing
// (docs/timeline.md): lanes are threads, intervals are slices, a cycle is a microsecond. The same
// run gives the same bytes, whichever engine simulated it.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sim/base/output_file.h"
#include "sim/report/events/timeline.h"

namespace peeksim {

// The part of a run that is shown. The lane of layers always shows every layer of the image.
struct TimelineWindow {
  int image = 0;
  std::vector<std::string> layers;  // globs over their names; none: all
  std::int64_t first_step = 0;      // of each group of each layer
  std::int64_t end_step = std::numeric_limits<std::int64_t>::max();  // up to, not including

  bool shows(const Layer& layer) const;
  bool shows(const Interval& interval) const {
    return interval.step >= first_step && interval.step < end_step;
  }
};

// A file is the head, the slices of layer after layer, and the foot.
std::string timeline_head(const MachineSpec& machine, const TraceIdentity& trace,
                          const TimelineWindow& window);
std::string timeline_slices(const MachineSpec& machine, const RunEvents& run,
                            const TimelineWindow& window);
std::string timeline_foot();

// What run_trace() writes slices to: REQUIRES that `file` outlives the sink. Throws Error(output).
EventSink timeline_into(OutputFile& file, const MachineSpec& machine, const TimelineWindow& window);

}  // namespace peeksim
