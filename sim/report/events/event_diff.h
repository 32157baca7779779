// Compares two event logs and explains the first event that differs: the layer, image and step in
// which two engines, or two versions, begin to disagree. Holds one line of each log at a time.
#pragma once

#include <string>

namespace peeksim {

struct EventDiff {
  bool same = false;
  long events = 0;     // the number that agree before the first that differs
  std::string place;   // "b.jsonl:15": the first line of the second log that differs
  std::string report;  // for people to read; one line, besides notes, when the logs are equal
};

// Headers that differ are a note in the report and no difference.
// Throws Error(config): see report/event_reader.h.
EventDiff diff_events(const std::string& path_a, const std::string& path_b);

}  // namespace peeksim
