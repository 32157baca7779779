// An event log, compared with a sound one in both orders.
#include "sim/report/events/event_diff.h"
#include "tests/fuzz/fuzz.h"

namespace peeksim {

void read_input(const std::string& bytes) {
  const std::string sound = PEEKSIM_SOURCE_DIR "/tests/files-0.1.0/events.jsonl";
  const std::string path = written_file("events.jsonl", bytes);
  diff_events(sound, path);
  diff_events(path, sound);
}

}  // namespace peeksim
