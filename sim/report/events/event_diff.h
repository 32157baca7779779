// Compares two event logs and explains the first event that differs: in what layer, image and step
// two engines, or two versions, begin to disagree. Streaming: of each log one line is held.
#pragma once

#include <string>

namespace peeksim {

struct EventDiff {
  bool same = false;
  long events = 0;     // how many agree, up to the first that does not
  std::string place;   // "b.jsonl:15": the first line of the second log that differs
  std::string report;  // what a person reads about it; of equal logs one line, notes apart
};

// Headers that differ are a note in the report and no difference.
// Throws Error(config): see report/event_reader.h.
EventDiff diff_events(const std::string& path_a, const std::string& path_b);

}  // namespace peeksim
