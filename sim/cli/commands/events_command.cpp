#include <iostream>

#include "sim/base/error.h"
#include "sim/cli/shell/command.h"
#include "sim/cli/shell/options.h"
#include "sim/report/events/event_diff.h"

namespace peeksim {

void events_diff_command(const std::vector<std::string>& arguments) {
  Options options("peeksim events diff A B",
                  "Compares two event logs and shows the first event that differs, with the layer, "
                  "image and step where it happened. Exit code 0: equal, 7: different.",
                  "peeksim events diff event.jsonl clocked.jsonl");
  options.positional("A", "an event log of 'peeksim run --events'", "LOG");
  options.positional("B", "another one", "LOG");
  if (!options.parse(arguments)) return;
  const EventDiff diff = diff_events(options.text("A"), options.text("B"));
  std::cout << diff.report;
  if (diff.same) return;
  std::cout.flush();  // before the error
  throw Error(ErrorKind::different, diff.place, "differs from " + options.text("A"),
              "events that agree before it: " + std::to_string(diff.events));
}

}  // namespace peeksim
