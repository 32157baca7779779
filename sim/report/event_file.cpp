#include "sim/report/event_file.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "sim/report/version.h"

namespace peeksim {

namespace {

using Json = nlohmann::ordered_json;

std::string one_line(const Json& json) {
  // A name of bytes that are not UTF-8 must not cost the log.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const char* name_of(Tensor tensor) {
  switch (tensor) {
    case Tensor::ifmap:
      return "ifmap";
    case Tensor::weight:
      return "weight";
    default:
      return "residual";
  }
}

const char* name_of(Pass pass) {
  switch (pass) {
    case Pass::dense:
      return "dense";
    case Pass::peek:
      return "peek";
    default:
      return "neighbor";
  }
}

// Lines are put together by hand: a long run has millions, and their keys are fixed.
void add(std::string& line, const char* key, std::int64_t value) {
  line += ",\"";
  line += key;
  line += "\":";
  line += std::to_string(value);
}

void add(std::string& line, const char* key, const char* name) {
  line += ",\"";
  line += key;
  line += "\":\"";
  line += name;
  line += '"';
}

void add_event(std::string& line, const Event& event) {
  add(line, "group", event.group);
  add(line, "step", event.step);
  switch (event.kind) {
    case EventKind::load:
      add(line, "event", "load");
      add(line, "tensor", name_of(event.tensor));
      add(line, "index", event.index);
      add(line, "request", event.request);
      break;
    case EventKind::tile:
      add(line, "event", "tile");
      add(line, "pass", name_of(event.pass));
      add(line, "index", event.index);
      break;
    case EventKind::prediction:
      add(line, "event", "prediction");
      break;
    case EventKind::store:
      add(line, "event", "store");
      add(line, "request", event.request);
      break;
  }
  add(line, "start", event.start);
  add(line, "end", event.end);
  const bool moves = event.kind == EventKind::load || event.kind == EventKind::store;
  const char* computed = event.kind == EventKind::tile ? "macs" : "comparisons";
  add(line, moves ? "bytes" : computed, event.amount);
}

}  // namespace

std::string events_header(const std::string& machine, const std::string& trace) {
  Json header;
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
    lines += place;
    add_event(lines, event);
    lines += "}\n";
  }
  return lines;
}

EventSink events_into(OutputFile& file) {
  return [&file](const RunEvents& events) { file.write(event_lines(events)); };
}

}  // namespace peeksim
