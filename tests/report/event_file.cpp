#include "sim/report/events/event_file.h"

#include <doctest/doctest.h>

#include "sim/report/events/event_reader.h"
#include "sim/report/files/version.h"
#include "tests/support/temp_folder.h"

using namespace peeksim;

namespace {

Event event_of(EventKind kind, Cycle request, Cycle start, Cycle end, Count amount) {
  Event event;
  event.kind = kind;
  event.request = request;
  event.start = start;
  event.end = end;
  event.amount = amount;
  return event;
}

// One event of each kind, with names and numbers that are not the default ones.
EventLog sample_log() {
  EventLog log = {event_of(EventKind::load, 1, 2, 17, 25),
                  event_of(EventKind::load, 0, 7, 19, 8),
                  event_of(EventKind::load, 0, 7, 20, 5),
                  event_of(EventKind::tile, 0, 19, 23, 32),
                  event_of(EventKind::tile, 0, 23, 27, 7),
                  event_of(EventKind::tile, 0, 27, 28, 1),
                  event_of(EventKind::prediction, 0, 31, 33, 16),
                  event_of(EventKind::store, 43, 44, 5000000000, 32)};
  log[1].tensor = Tensor::weight;
  log[1].index = 3;
  log[2].tensor = Tensor::residual;
  log[4].pass = Pass::peek;
  log[4].index = 2;
  log[5].pass = Pass::neighbor;
  log[7].group = 4;
  log[7].step = 6;
  return log;
}

std::string lines_of(const std::string& layer_name, const EventLog& log) {
  Layer layer;
  layer.name = layer_name;
  return event_lines({layer, Plan(), 1, log});
}

}  // namespace

TEST_CASE("an event is a line of JSON with its keys in a fixed order") {
  const std::string start = R"({"image":1,"layer":"conv1","group":0,"step":0,"event":)";
  CHECK(lines_of("conv1", sample_log()) ==
        start +
            R"("load","tensor":"ifmap","index":0,"request":1,"start":2,"end":17,"bytes":25})"
            "\n" +
            start +
            R"("load","tensor":"weight","index":3,"request":0,"start":7,"end":19,"bytes":8})"
            "\n" +
            start +
            R"("load","tensor":"residual","index":0,"request":0,"start":7,"end":20,"bytes":5})"
            "\n" +
            start +
            R"("tile","pass":"dense","index":0,"start":19,"end":23,"macs":32})"
            "\n" +
            start +
            R"("tile","pass":"peek","index":2,"start":23,"end":27,"macs":7})"
            "\n" +
            start +
            R"("tile","pass":"neighbor","index":0,"start":27,"end":28,"macs":1})"
            "\n" +
            start +
            R"("prediction","start":31,"end":33,"comparisons":16})"
            "\n"
            R"({"image":1,"layer":"conv1","group":4,"step":6,"event":)"
            R"("store","request":43,"start":44,"end":5000000000,"bytes":32})"
            "\n");
}

TEST_CASE("the header names the machine and the trace, without its folder") {
  CHECK(events_header("tiny", "/some/where/net.h5") ==
        std::string(R"({"peeksim-events":1,"version":")") + program_version() +
            R"(","machine":"tiny","trace":"net.h5"})"
            "\n");
}

TEST_CASE("a log is read back as it was written, whatever a layer is called") {
  const std::string name = "a \"layer\"\\with\nodd\tnames \xc3\xa9";
  const TempFolder files;
  const std::string path =
      files.write("log", events_header("m", "t") + lines_of(name, sample_log()));
  EventReader reader(path);
  CHECK(reader.header()["machine"] == "m");
  int events = 0;
  Count ends = 0;
  for (; reader.next(); ++events) {
    CHECK(reader.event()["layer"] == name);
    CHECK(reader.line() == events + 2);
    ends += reader.event()["end"].get<Count>();
  }
  CHECK(events == 8);
  CHECK(ends == 17 + 19 + 20 + 23 + 27 + 28 + 33 + 5000000000);
}

TEST_CASE("a name that is no text does not cost the log") {
  CHECK(lines_of("\xff", {Event()}).find("\xef\xbf\xbd") != std::string::npos);
  CHECK(events_header("\xff", "\xff").find("\xef\xbf\xbd") != std::string::npos);
}

TEST_CASE("a layer without events has no lines") {
  CHECK(lines_of("conv1", {}) == "");
}
