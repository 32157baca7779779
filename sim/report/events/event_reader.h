// Reads an event log line by line, because it may be larger than memory. A line that is not an
// event as docs/event-log.md defines it is an error with its number.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "sim/base/error.h"

namespace peeksim {

class EventReader {
 public:
  using Json = nlohmann::json;

  // Throws Error(config): missing, not an event log, another version.
  explicit EventReader(const std::string& path);

  const std::string& path() const { return path_; }
  const Json& header() const { return header_; }

  // Goes on to the next event; false at the end. Throws Error(config): not an event. When
  // the line equals that of `twin`, which has been checked, it is not parsed and has no event().
  bool next(const EventReader* twin = nullptr);

  // REQUIRES: the last next() was true.
  const Json& event() const { return event_; }
  const Json& event_before() const { return event_before_; }  // null: this is the first
  const std::string& text() const { return text_; }
  long line() const { return line_; }  // counted from 1; the header's is 1

 private:
  bool read_line();
  Json parse_line() const;  // discarded: it is not JSON
  Location place() const;
  [[noreturn]] void fail(const std::string& what) const;

  std::string path_;
  std::ifstream file_;
  std::string text_;
  long line_ = 0;
  Json header_, event_, event_before_;
};

}  // namespace peeksim
