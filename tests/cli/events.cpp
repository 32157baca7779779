// `peeksim run --events` and `peeksim events diff`.
#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <sstream>

#include "sim/base/units.h"
#include "tests/cli/peeksim.h"

using namespace peeksim;
using nlohmann::json;

namespace {

std::vector<json> events_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<json> events;
  std::string line;
  REQUIRE(std::getline(stream, line));
  CHECK(json::parse(line)["peeksim-events"] == 1);
  while (std::getline(stream, line)) events.push_back(json::parse(line));
  return events;
}

// run machine.yaml --trace trace.h5 --events FILE MORE...
Words log_to(const std::string& file, const Words& more = {}) {
  Words words = {"run", "machine.yaml", "--trace", "trace.h5", "--events", file};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("the events of a run add up to its results, image by image") {
  const Desk desk;
  const std::string screen = desk.ok(run_to("out", {"--events", "log.jsonl"}));
  CHECK(contains(screen, "\nresults in out (results.json, layers.csv)\nevents in log.jsonl\n"));
  const json results = desk.json("out/results.json");
  std::map<int, Cycle> last_store;
  std::map<std::string, Count> sums;
  for (const json& event : events_of(desk.files.read("log.jsonl"))) {
    if (event["event"] == "store") {
      Cycle& last = last_store[event["image"]];
      last = std::max(last, event["end"].get<Cycle>());
    }
    for (const char* amount : {"bytes", "macs", "comparisons"})
      if (event.contains(amount))
        sums[event["event"].get<std::string>()] += event[amount].get<Count>();
  }
  REQUIRE(results["images"].size() == 2);
  for (int image = 0; image < 2; ++image)
    CHECK(last_store[image] == results["images"][image]["machine"]["counters"]["cycles"]);
  const json& n = results["totals"]["network"]["machine"]["counters"];
  CHECK(sums["load"] == n["dram_read_bytes"]);
  CHECK(sums["store"] == n["dram_write_bytes"]);
  CHECK(sums["tile"] == n["macs_total"].get<Count>() - n["macs_predicted"].get<Count>());
  CHECK(sums["prediction"] == n["comparisons"]);
  CHECK(sums["prediction"] > 0);
}

TEST_CASE("a log is the same bytes every time and changes no result") {
  const Desk desk;
  desk.ok(run_to("out"));
  const std::string screen = desk.ok(run_to("logged", {"--events", "a.jsonl"}));
  desk.ok(log_to("b.jsonl", {"--engine", "event"}));
  CHECK(desk.files.read("a.jsonl") == desk.files.read("b.jsonl"));
  CHECK(desk.files.read("logged/results.json") == desk.files.read("out/results.json"));
  CHECK(desk.ok({"events", "diff", "a.jsonl", "b.jsonl"}).rfind("equal: all ", 0) == 0);
}

TEST_CASE("logs that differ end with an exit code of their own and the first event that does") {
  const Desk desk;
  desk.ok(log_to("a.jsonl"));
  desk.ok(log_to("b.jsonl", {"--set", "prediction.latency=9"}));
  const CommandResult result = desk.run({"events", "diff", "a.jsonl", "b.jsonl"});
  CHECK(result.exit_code == 7);
  CHECK(contains(result.out, "layer conv1, group 0, step 0: prediction\n  end: "));
  CHECK(contains(result.out, "\na.jsonl:"));
  desk.refused({"events", "diff", "a.jsonl", "b.jsonl"}, 7,
               {"error: b.jsonl:", ": differs from a.jsonl; events that agree before it: "});
}

TEST_CASE("what cannot be compared is an error of the file") {
  const Desk desk;
  desk.ok(log_to("a.jsonl"));
  desk.refused({"events", "diff", "a.jsonl", "none.jsonl"}, 3, {"none.jsonl: cannot read"});
  desk.refused({"events", "diff", "machine.yaml", "a.jsonl"}, 3,
               {"machine.yaml:1: this is not the first line of an event log"});
  const std::string log = desk.files.read("a.jsonl");
  desk.files.write("cut.jsonl", log.substr(0, log.size() - 20));
  desk.refused({"events", "diff", "a.jsonl", "cut.jsonl"}, 3, {"cut.jsonl:", "this is not JSON"});
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']') + "\n";
  desk.files.write("deep.jsonl", log.substr(0, log.find('\n') + 1) + deep);
  desk.refused({"events", "diff", "a.jsonl", "deep.jsonl"}, 3,
               {"deep.jsonl:2: is nested 200000 levels deep"});
  desk.files.write("header.jsonl", deep + log);
  desk.refused({"events", "diff", "header.jsonl", "a.jsonl"}, 3,
               {"header.jsonl:1: is nested 200000 levels deep"});
}

TEST_CASE("an existing log is kept without --force and replaced with it") {
  const Desk desk;
  desk.files.write("log.jsonl", "precious");
  desk.refused(log_to("log.jsonl"), 6,
               {"log.jsonl: exists already; name another file, or add --force"});
  desk.refused(run_to("out", {"--events", "log.jsonl"}), 6, {"log.jsonl: exists already"});
  desk.ok(log_to("log.jsonl", {"--force"}));
  CHECK(events_of(desk.files.read("log.jsonl")).size() > 10);
}

TEST_CASE("a log that cannot be written is refused before the run") {
  const Desk desk;
  std::filesystem::create_directory(desk.files.path("folder"));
  desk.refused(log_to("folder"), 6, {"folder: is not a plain file; "});
  desk.refused(log_to("folder", {"--force"}), 6, {"folder: is not a plain file; "});
  desk.refused(log_to("no/log.jsonl"), 6, {"no/log.jsonl: cannot be written: ", "; make its"});
  desk.refused(log_to("/proc/log.jsonl"), 6, {"/proc/log.jsonl: cannot be written: "});
  desk.refused(log_to(""), 2, {"--events is empty"});
}

TEST_CASE("a full disk leaves neither half a log nor results without it") {
  const Desk desk;
  desk.files.write("old.jsonl", "precious");
  for (const long limit : {0L, 4096L, 20000L}) {
    CAPTURE(limit);
    CommandSetup full;
    full.file_size_limit = limit;
    const Words parts = {": cannot be written: ", "; free some space"};
    desk.refused(run_to("out", {"--events", "log.jsonl"}), 6, parts, full);
    desk.refused(log_to("old.jsonl", {"--force"}), 6, parts, full);
  }
  // A log of few large tiles is smaller than the results.
  const Words small = {"run",     shipped("configs/dense-16x16.yaml"),
                       "--trace", "trace.h5",
                       "--out",   "out",
                       "--set",   "array.rows=144",
                       "--events"};
  Words to_new = small, to_old = small;
  to_new.push_back("log.jsonl");
  to_old.insert(to_old.end(), {"old.jsonl", "--force"});
  CommandSetup full;
  full.file_size_limit = 12000;
  for (const Words& run : {to_new, to_old})
    desk.refused(run, 6, {"out/results.json: cannot be written: ", "; free some space"}, full);
}

TEST_CASE("Ctrl-C during a run leaves no log") {
  const Desk desk;
  desk.files.write("old.jsonl", "precious");
  desk.ok({"trace", "synth", shipped("workloads/vgg16.yaml"), "-o", "vgg16.h5", "--type", "i8"});
  CommandSetup setup;
  setup.signal = SIGINT;
  setup.signal_when = [&desk] {
    for (const auto& entry : std::filesystem::directory_iterator(desk.files.path()))
      if (contains(entry.path().filename().string(), ".jsonl.partial")) return true;
    return false;
  };
  desk.refused({"run", shipped("configs/peek-16x16.yaml"), "--trace", "vgg16.h5", "--events",
                "old.jsonl", "--force"},
               130, {"vgg16.h5: interrupted"}, setup);
}

TEST_CASE("an engine that does not exist is a usage error") {
  const Desk desk;
  desk.refused(run_to("out", {"--engine", "evnet"}), 2,
               {"unknown engine 'evnet'; did you mean 'event'?"});
  desk.refused(run_to("out", {"--engine", ""}), 2, {"--engine is empty"});
}
