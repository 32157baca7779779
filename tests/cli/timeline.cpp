// `peeksim run --timeline`: the file that Perfetto and chrome://tracing open.
#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <set>

#include "sim/base/units.h"
#include "tests/cli/peeksim.h"

using namespace peeksim;
using nlohmann::json;

namespace {

// run machine.yaml --trace trace.h5 --timeline FILE MORE...
Words draw_to(const std::string& file, const Words& more = {}) {
  Words words = {"run", "machine.yaml", "--trace", "trace.h5", "--timeline", file};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// The slices of a file by the name of their lane. Every one has a lane with a name.
std::map<std::string, std::vector<json>> lanes_of(const json& file) {
  std::map<int, std::string> names;
  std::map<std::string, std::vector<json>> lanes;
  for (const json& event : file["traceEvents"]) {
    CHECK(event["pid"] == 1);
    if (event["ph"] == "M" && event["name"] == "thread_name")
      names[event["tid"]] = event["args"]["name"];
    if (event["ph"] != "X") continue;
    REQUIRE(names.count(event["tid"]) == 1);
    lanes[names[event["tid"]]].push_back(event);
  }
  return lanes;
}

Cycle length_of(const std::vector<json>& lane, const std::string& name = "") {
  Cycle sum = 0;
  for (const json& slice : lane)
    if (name.empty() || slice["name"] == name) sum += slice["dur"].get<Cycle>();
  return sum;
}

std::set<std::string> layers_in(const std::vector<json>& lane) {
  std::set<std::string> layers;
  for (const json& slice : lane) layers.insert(slice["args"]["layer"].get<std::string>());
  return layers;
}

}  // namespace

TEST_CASE("the timeline of a run is JSON with named lanes that add up to the first image") {
  const Desk desk;
  const std::string screen =
      desk.ok(run_to("out", {"--timeline", "t.json", "--events", "log.jsonl"}));
  CHECK(contains(screen, "\nevents in log.jsonl\ntimeline in t.json\n"));
  auto lanes = lanes_of(desk.json("t.json"));
  const json n = desk.json("out/results.json")["images"][0]["machine"]["counters"];
  const auto& stalls = lanes["array stalls"];
  for (const char* part : {"predict_stall", "drain_stall", "memory_stall", "tail"}) {
    CAPTURE(part);
    CHECK(length_of(stalls, part) == n[part]);
  }
  CHECK(length_of(lanes["layer"]) == n["cycles"]);
  CHECK(length_of(lanes["array, dense pass"]) + length_of(lanes["array, peek pass"]) +
            length_of(lanes["array, neighbor pass"]) ==
        n["array_busy"]);
  CHECK(layers_in(lanes["DRAM"]) == std::set<std::string>{"conv1", "conv2", "conv3", "fc"});
  const json& drained = lanes["drain"].at(0);
  CHECK(drained["args"]["rows"] == drained["dur"]);
  CHECK(lanes["array, peek pass"].at(0)["args"].contains("macs"));
  CHECK(lanes["store, half 0"].at(0)["args"].contains("bytes"));
}

TEST_CASE("a timeline says what it shows and in which unit, and calls a synthetic trace so") {
  const Desk desk;
  desk.ok(draw_to("t.json"));
  const json file = desk.json("t.json");
  const json& about = file["otherData"];
  CHECK(about["machine"] == "tiny");
  CHECK(about["trace"] == "trace.h5");
  CHECK(about["synthetic"] == true);
  CHECK(about["time_unit"] == "1 us is 1 cycle");
  const std::string title = file["traceEvents"][0]["args"]["name"];
  CHECK(title == "tiny on image 0 of trace.h5 (SYNTHETIC), 1 us = 1 cycle");
}

TEST_CASE("both engines draw the same bytes, with and without a log, and change no result") {
  const Desk desk;
  desk.ok(run_to("plain"));
  desk.ok(run_to("out", {"--timeline", "event.json"}));
  desk.ok(draw_to("clocked.json", {"--engine", "clocked", "--events", "log.jsonl"}));
  CHECK(desk.files.read("event.json") == desk.files.read("clocked.json"));
  CHECK(desk.files.read("out/results.json") == desk.files.read("plain/results.json"));
}

TEST_CASE("a window of layers and steps shows those, and all layers on their lane") {
  const Desk desk;
  desk.ok(draw_to("all.json"));
  desk.ok(draw_to("t.json", {"--timeline-layers", "fc,*2", "--timeline-steps", "1:3"}));
  auto all = lanes_of(desk.json("all.json"));
  auto lanes = lanes_of(desk.json("t.json"));
  CHECK(lanes["layer"] == all["layer"]);
  std::vector<json> expected;
  for (const json& step : all["step"])
    if ((step["args"]["layer"] == "conv2" || step["args"]["layer"] == "fc") &&
        (step["args"]["step"] == 1 || step["args"]["step"] == 2))
      expected.push_back(step);
  CHECK(lanes["step"] == expected);
  CHECK(expected.size() == 4);
  CHECK(desk.json("t.json")["otherData"]["steps"] == "1:3");
}

TEST_CASE("a window that is none, or names no layer, is a usage error") {
  const Desk desk;
  desk.refused(draw_to("t.json", {"--timeline-layers", "conv1,covn2"}), 2,
               {"--timeline-layers: 'covn2' names no layer of trace.h5; did you mean 'conv2'?"});
  desk.refused(draw_to("t.json", {"--timeline-layers", "conv1,"}), 2,
               {"--timeline-layers has an empty name"});
  desk.refused(draw_to("t.json", {"--timeline-steps", "3"}), 2,
               {"--timeline-steps is '3', not steps A:B; expected A:B with 0 <= A < B"});
  desk.refused(run_to("out", {"--timeline-steps", "0:3"}), 2,
               {"--timeline-steps without --timeline; add --timeline FILE"});
  desk.refused(draw_to("t", {"--events", "t"}), 2, {"--timeline and --events name the same file"});
  desk.refused(draw_to(""), 2, {"--timeline is empty"});
}

TEST_CASE("an existing timeline is kept without --force, and a full disk leaves no half of one") {
  const Desk desk;
  desk.files.write("t.json", "precious");
  desk.refused(draw_to("t.json"), 6, {"t.json: exists already; name another file, or add --force"});
  CommandSetup full;
  full.file_size_limit = 4096;
  desk.refused(draw_to("t.json", {"--force", "--out", "out"}), 6,
               {"t.json: cannot be written: ", "; free some space"}, full);
  desk.ok(draw_to("t.json", {"--force"}));
  CHECK(lanes_of(desk.json("t.json"))["layer"].size() == 4);
}
