#include "sim/report/events/event_reader.h"

#include <array>
#include <map>
#include <vector>

#include "sim/base/error.h"
#include "sim/base/text_file.h"
#include "sim/report/events/event_file.h"
#include "sim/report/files/read_json.h"

namespace peeksim {

namespace {

using Names = std::vector<std::string>;

const std::string remedy = "write the log again with 'peeksim run --events FILE'";

// The keys of an event after image, layer, group, step and event.
const std::map<std::string, Names>& keys_by_event() {
  static const std::map<std::string, Names> keys = {
      {"load", {"tensor", "index", "request", "start", "end", "bytes"}},
      {"tile", {"pass", "index", "start", "end", "macs"}},
      {"prediction", {"start", "end", "comparisons"}},
      {"store", {"request", "start", "end", "bytes"}},
  };
  return keys;
}

bool is_text(const std::string& key) {
  return key == "layer" || key == "event" || key == "tensor" || key == "pass";
}

// "", or why it is not an event.
std::string format_error(const EventReader::Json& json) {
  if (!json.is_object()) return "expected a JSON object";
  Names keys = {"image", "layer", "group", "step", "event"};
  const auto kind = json.find("event");
  if (kind != json.end() && kind->is_string()) {
    const auto known = keys_by_event().find(kind->get<std::string>());
    if (known == keys_by_event().end()) return "unknown event " + kind->dump();
    keys.insert(keys.end(), known->second.begin(), known->second.end());
  }
  for (const std::string& key : keys) {
    const auto found = json.find(key);
    if (found == json.end()) return "'" + key + "' is missing";
    if (is_text(key) ? !found->is_string() : !found->is_number_integer())
      return "'" + key + "' is " + found->dump() + ", expected " +
             (is_text(key) ? "text" : "a whole number");
  }
  return json.size() == keys.size() ? "" : "it has keys that no event has";
}

}  // namespace

EventReader::EventReader(const std::string& path) : path_(path), file_(path, std::ios::binary) {
  if (!file_) throw cannot_open(ErrorKind::config, path, "check its name");
  if (read_line()) header_ = parse_line();
  if (!header_.is_object() || !header_.contains(events_schema)) {
    line_ = 1;
    fail("this is not the first line of an event log");
  }
  if (header_[events_schema] != events_schema_version)
    fail("event log of version " + header_[events_schema].dump() + ", expected " +
         std::to_string(events_schema_version));
}

bool EventReader::next(const EventReader* twin) {
  event_before_ = std::move(event_);
  event_ = Json();
  if (!read_line()) return false;
  if (twin != nullptr && text_ == twin->text_) return true;
  event_ = parse_line();
  if (event_.is_discarded()) fail("this is not JSON: cut short or damaged");
  const std::string fault = format_error(event_);
  if (!fault.empty()) fail("this is not an event: " + fault);
  return true;
}

// std::getline, with a limit.
bool EventReader::read_line() {
  std::array<char, 1 << 16> part;
  text_.clear();
  bool full = true;
  while (full && text_.size() <= max_line_bytes) {
    file_.getline(part.data(), part.size());
    const auto count = static_cast<std::size_t>(file_.gcount());
    full = file_.fail() && count + 1 == part.size();
    if (full) file_.clear();
    text_.append(part.data(), file_.good() && !full ? count - 1 : count);  // without the newline
  }
  if (!file_ && text_.empty()) return false;
  ++line_;
  if (text_.size() > max_line_bytes) fail("this line " + larger_than(max_line_bytes));
  return true;
}

EventReader::Json EventReader::parse_line() const {
  return read_json_if_valid<Json>(text_, place(), remedy);
}

Location EventReader::place() const {
  return {path_, static_cast<int>(line_), ""};
}

void EventReader::fail(const std::string& what) const {
  throw Error(ErrorKind::config, place(), what, remedy);
}

}  // namespace peeksim
