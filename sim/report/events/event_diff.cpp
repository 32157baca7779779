#include "sim/report/events/event_diff.h"

#include <algorithm>
#include <initializer_list>
#include <tuple>

#include "sim/base/units.h"
#include "sim/report/events/event_reader.h"

namespace peeksim {

namespace {

using Json = EventReader::Json;

bool same_values(const Json& a, const Json& b, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (a.value(key, Json()) != b.value(key, Json())) return false;
  return true;
}

bool same_layer(const Json& a, const Json& b) {
  return same_values(a, b, {"image", "layer"});
}

// The same load, tile, prediction or store, at whatever time.
bool same_event(const Json& a, const Json& b) {
  return same_layer(a, b) && same_values(a, b, {"group", "step", "event", "tensor", "index"});
}

int rank(const Json& event, const char* key, std::initializer_list<const char*> names) {
  const std::string name = event.value(key, "");
  const auto found = std::find(names.begin(), names.end(), name);
  return static_cast<int>(found - names.begin());
}

// A sort key that gives the order of a log, comes_before() of engine/events.h.
auto order_of(const Json& event) {
  return std::make_tuple(event["group"].get<Count>(), event["start"].get<Count>(),
                         rank(event, "event", {"load", "tile", "prediction", "store"}),
                         rank(event, "tensor", {"ifmap", "weight", "residual"}),
                         event.value("index", Count{0}), event["step"].get<Count>());
}

// "image 0, layer conv1, group 0, step 2: load 3 of weight"
std::string title_of(const Json& event) {
  std::string title;
  for (const char* key : {"image", "layer", "group", "step"}) {
    const Json& value = event[key];
    title += std::string(title.empty() ? "" : ", ") + key + " " +
             (value.is_string() ? value.get<std::string>() : value.dump());
  }
  title += ": " + event["event"].get<std::string>();
  if (event.contains("index")) title += " " + event["index"].dump();
  if (event.contains("tensor")) title += " of " + event["tensor"].get<std::string>();
  return title;
}

// The values of an event in both logs, where they differ.
std::string values_that_differ(const EventReader& a, const EventReader& b) {
  std::string lines;
  for (const char* key : {"pass", "request", "start", "end", "bytes", "macs", "comparisons"})
    if (!same_values(a.event(), b.event(), {key}))
      lines += std::string("  ") + key + ": " + a.event()[key].dump() + " in " + a.path() + ", " +
               b.event()[key].dump() + " in " + b.path() + "\n";
  return lines;
}

// A position in a log.
struct Cursor {
  EventReader& reader;
  bool has_event;  // false: the log has ended
};

// Which of the two events happened first: the other log is the one that does not have it here.
// A log that is still in the layer of the last event that agreed comes before one that has left it.
bool first_is_earlier(const Cursor& a, const Cursor& b) {
  if (!a.has_event || !b.has_event) return a.has_event;
  const Json& x = a.reader.event();
  const Json& y = b.reader.event();
  const Json& last = a.reader.event_before();
  if (!same_layer(x, y)) return last.is_null() || same_layer(x, last);
  return order_of(x) <= order_of(y);
}

// Searches the rest of a layer for an event.
bool find_event(const Json& wanted, Cursor& log) {
  while (log.has_event && same_layer(wanted, log.reader.event())) {
    if (same_event(wanted, log.reader.event())) return true;
    log.has_event = log.reader.next();
  }
  return false;
}

std::string line_of(const EventReader& reader) {
  return reader.path() + ":" + std::to_string(reader.line());
}

std::string line_or_end(const Cursor& log) {
  return log.has_event ? line_of(log.reader) + ": " + log.reader.text()
                       : line_of(log.reader) + ": the log ends here";
}

// Says where the other log has the earlier of the two events, if it has it.
std::string explain(Cursor a, Cursor b) {
  const std::string lines = "\n" + line_or_end(a) + "\n" + line_or_end(b) + "\n";
  const bool a_is_earlier = first_is_earlier(a, b);
  const Cursor& earlier = a_is_earlier ? a : b;
  Cursor& other = a_is_earlier ? b : a;
  const Json event = earlier.reader.event();
  std::string text = title_of(event);
  const long line = other.reader.line();
  if (!find_event(event, other))
    return text + "\nis only in " + earlier.reader.path() + "\n" + lines;
  if (other.reader.line() != line)
    text += "\nhappens in " + other.reader.path() + " too, on line " +
            std::to_string(other.reader.line());
  return text + "\n" + values_that_differ(a.reader, b.reader) + lines;
}

std::string notes_on_headers(const EventReader& a, const EventReader& b) {
  std::string notes;
  for (const auto& [key, value] : a.header().items()) {
    const Json other = b.header().value(key, Json());
    if (value != other)
      notes += "note: " + key + " is " + value.dump() + " in " + a.path() + ", " + other.dump() +
               " in " + b.path() + "\n";
  }
  return notes;
}

}  // namespace

EventDiff diff_events(const std::string& path_a, const std::string& path_b) {
  EventReader reader_a(path_a), reader_b(path_b);
  EventDiff diff;
  diff.report = notes_on_headers(reader_a, reader_b);
  Cursor a{reader_a, false}, b{reader_b, false};
  for (;; ++diff.events) {
    a.has_event = reader_a.next();
    b.has_event = reader_b.next(a.has_event ? &reader_a : nullptr);
    if (!a.has_event || !b.has_event) break;
    if (reader_a.text() != reader_b.text() && reader_a.event() != reader_b.event()) break;
  }
  diff.same = !a.has_event && !b.has_event;
  if (diff.same) {
    diff.report += "equal: all " + std::to_string(diff.events) + " events\n";
    return diff;
  }
  diff.place = line_of(reader_b);
  diff.report +=
      "events that agree: " + std::to_string(diff.events) + "; the first that differs:\n\n";
  diff.report += explain(a, b);
  return diff;
}

}  // namespace peeksim
