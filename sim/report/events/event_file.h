// The event log as a file of JSON lines (docs/event-log.md): a header, then an event per line. The
// same run gives the same bytes, whichever engine simulated it.
#pragma once

#include <string>

#include "sim/base/output_file.h"
#include "sim/run/run.h"

namespace peeksim {

constexpr const char* events_schema = "peeksim-events";
constexpr int events_schema_version = 1;  // raised when older readers would misread the file

// The first line: which machine ran which trace. `trace` is the path of its file.
std::string events_header(const std::string& machine, const std::string& trace);

// The lines of a layer of an image, in the order of the log.
std::string event_lines(const RunEvents& events);

// What run_trace() writes to: REQUIRES that `file` outlives the sink. Throws Error(output).
EventSink events_into(OutputFile& file);

}  // namespace peeksim
