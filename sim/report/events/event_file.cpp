#include "sim/report/events/event_file.h"

#include <filesystem>

#include "sim/report/events/event_names.h"
#include "sim/report/files/json_text.h"
#include "sim/report/files/version.h"

namespace peeksim {

namespace {

void add_event(std::string& line, const Event& event) {
  add_member(line, "group", event.group);
  add_member(line, "step", event.step);
  switch (event.kind) {
    case EventKind::load:
      add_member(line, "event", "load");
      add_member(line, "tensor", name_of(event.tensor));
      add_member(line, "index", event.index);
      add_member(line, "request", event.request);
      break;
    case EventKind::tile:
      add_member(line, "event", "tile");
      add_member(line, "pass", name_of(event.pass));
      add_member(line, "index", event.index);
      break;
    case EventKind::prediction:
      add_member(line, "event", "prediction");
      break;
    case EventKind::store:
      add_member(line, "event", "store");
      add_member(line, "request", event.request);
      break;
    default:
      break;
  }
  add_member(line, "start", event.start);
  add_member(line, "end", event.end);
  const bool moves = event.kind == EventKind::load || event.kind == EventKind::store;
  const char* computed = event.kind == EventKind::tile ? "macs" : "comparisons";
  add_member(line, moves ? "bytes" : computed, event.amount);
}

}  // namespace

std::string events_header(const std::string& machine, const std::string& trace) {
  nlohmann::ordered_json header;
  header[events_schema] = events_schema_version;
  header["version"] = program_version();
  header["machine"] = machine;
  header["trace"] = std::filesystem::path(trace).filename().string();
  return one_line(header) + "\n";
}

std::string event_lines(const RunEvents& events) {
  const std::string place =
      "{\"image\":" + std::to_string(events.image) + ",\"layer\":" + one_line(events.layer.name);
  std::string lines;
  for (const Event& event : events.events) {
    if (event.kind > EventKind::store) continue;  // only timelines show it
    lines += place;
    add_event(lines, event);
    lines += "}\n";
  }
  return lines;
}

EventSink events_into(OutputFile& file) {
  return {EventDetail::log, [&file](const RunEvents& events) { file.write(event_lines(events)); }};
}

}  // namespace peeksim
