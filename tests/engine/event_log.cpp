// The event log of the event-driven engine: exact events of layers worked out by hand, and on every
// vector the sums and rules that hold for any log.
#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/support/layer_values.h"
#include "tests/support/simulate.h"
#include "tests/support/vector_case.h"

using namespace peeksim;

namespace {

using Lines = std::vector<std::string>;

// "load ifmap 0 of step 0: 0, 0-17, 25": request (of a load or store), start-end, amount.
std::string text(const Event& event) {
  const char* const tensors[] = {"ifmap", "weight", "residual"};
  const char* const passes[] = {"dense", "peek", "neighbor", "lookahead"};
  std::string line;
  switch (event.kind) {
    case EventKind::load:
      line = std::string("load ") + tensors[static_cast<int>(event.tensor)] + " " +
             std::to_string(event.index);
      break;
    case EventKind::tile:
      line = std::string(passes[static_cast<int>(event.pass)]) + " " + std::to_string(event.index);
      break;
    case EventKind::prediction:
      line = "prediction";
      break;
    default:
      line = "store";
  }
  line += " of step " + std::to_string(event.step) + ": ";
  if (event.kind == EventKind::load || event.kind == EventKind::store)
    line += std::to_string(event.request) + ", ";
  return line + std::to_string(event.start) + "-" + std::to_string(event.end) + ", " +
         std::to_string(event.amount);
}

Lines text(EventLog log) {
  sort_events(log);
  Lines lines;
  for (const Event& event : log) lines.push_back(text(event));
  return lines;
}

// "An example by hand" of docs/machine.md.
struct Example {
  Layer layer;
  MachineSpec machine;
  LayerValues values;

  Example() {
    layer.name = "example";
    layer.H = layer.W = 5;
    layer.K = 2;
    layer.R = layer.S = 2;
    machine.name = "example";
    machine.array.rows = 4;
    machine.array.cols = 2;
    machine.array.dispatch = "gate";
    machine.buffers = {64, 16, 64, 0, 0};
    machine.dram = {40, 10};
    machine.prediction.window = {2, 2};
    machine.prediction.peeks = {"diagonal", {}};
    machine.prediction.latency = 2;
    values.ofmap = {-3, -1, 2,  0,  1, -2, 4,  5,  -1, -4, -2, -1, -3, 0,  -5, -2,
                    3,  1,  -1, -2, 2, -1, -3, -4, -2, -3, 6,  1,  -1, -2, -1, 2};
  }

  EventLog run(int times = 1) const {
    Engine& engine = fresh_engine();
    EventCollector collector(EventDetail::log);
    for (; times > 0; --times) {
      collector.events.clear();
      simulate(engine, machine, set_up_layer(machine, layer, false), values, collector);
    }
    return collector.events;
  }
};

EventLog log_of(const VectorCase& c, const std::vector<int>& construction_order, Counters& n) {
  EngineOptions options;
  options.construction_order = construction_order;
  EventCollector collector(EventDetail::log);
  const LayerValues values = c.values();
  n = simulate(fresh_engine("event", options), c.machine, set_up_layer(c.machine, c.layer, true),
               values, collector);
  sort_events(collector.events);
  return collector.events;
}

void check_sums(const EventLog& log, const Counters& n) {
  std::map<std::string, Count> amount, count;
  const char* const kinds[] = {"load", "tile", "prediction", "store"};
  for (const Event& event : log) {
    std::string kind = kinds[static_cast<int>(event.kind)];
    amount[kind] += event.amount;
    if (event.kind == EventKind::load) kind += std::to_string(static_cast<int>(event.tensor));
    if (event.kind == EventKind::tile) kind += std::to_string(static_cast<int>(event.pass));
    amount[kind] += kind == "prediction" || kind == "store" ? 0 : event.amount;
    ++count[kind];
  }
  CHECK(amount["load0"] == n.ifmap_fill_bytes);
  CHECK(amount["load1"] == n.weight_fill_bytes);
  CHECK(amount["load2"] == n.residual_bytes);
  CHECK(amount["load"] == n.dram_read_bytes);
  CHECK(amount["store"] == n.dram_write_bytes);
  CHECK(amount["tile"] - amount["tile3"] == n.macs_total - n.macs_predicted);
  CHECK(amount["tile3"] >= n.lookahead_macs);
  // Outputs that may be cut short are compared where they are.
  CHECK(amount["prediction"] == (n.tiles_dense > 0 ? 0 : n.comparisons));
  CHECK(count["tile0"] == n.tiles_dense);
  CHECK(count["tile1"] == n.tiles_peek);
  CHECK(count["tile2"] == n.tiles_neighbor);
  CHECK(count["tile3"] == n.tiles_lookahead);
}

// The channel serves one transfer at a time, the array one tile; the last store ends the layer.
void check_times(const EventLog& log, const Counters& n, const DramSpec& dram) {
  Cycle channel_free = 0, array_free = 0, last_store = 0, busy = 0;
  for (std::size_t i = 0; i < log.size(); ++i) {
    const Event& event = log[i];
    if (i > 0) CHECK(comes_before(log[i - 1], event));
    CHECK(event.start <= event.end);
    if (event.kind == EventKind::tile) {
      CHECK(event.start >= array_free);
      array_free = event.end;
      busy += event.end - event.start;
    } else if (event.kind != EventKind::prediction) {
      const Cycle held = dram.transfer_cycles(event.amount);
      CHECK(event.request <= event.start);
      CHECK(event.start >= channel_free);
      CHECK((event.start == event.request || event.start == channel_free));
      CHECK(event.end == event.start + held + dram.latency);
      channel_free = event.start + held;
      if (event.kind == EventKind::store) last_store = event.end;
    }
  }
  CHECK(last_store == n.cycles);
  CHECK(busy >= n.array_busy + n.drain_stall);
  CHECK(busy <= n.array_busy + n.drain_stall + n.memory_stall + n.predict_stall);
}

}  // namespace

TEST_CASE("the events of the example are those of machine.md") {
  CHECK(text(Example().run()) == Lines{
                                     "load ifmap 0 of step 0: 0, 0-17, 25",
                                     "load weight 0 of step 0: 0, 7-19, 8",
                                     "peek 0 of step 0: 19-23, 32",
                                     "peek 1 of step 0: 23-27, 32",
                                     "prediction of step 0: 31-33, 16",
                                     "neighbor 2 of step 0: 33-37, 16",
                                     "neighbor 3 of step 0: 37-41, 8",
                                     "store of step 0: 43, 43-61, 32",
                                 });
}

TEST_CASE("without prediction the example has dense tiles, back to back, and no prediction") {
  Example example;
  example.machine.prediction.policy = "none";
  CHECK(text(example.run()) == Lines{
                                   "load ifmap 0 of step 0: 0, 0-17, 25",
                                   "load weight 0 of step 0: 0, 7-19, 8",
                                   "dense 0 of step 0: 19-23, 32",
                                   "dense 1 of step 0: 23-27, 32",
                                   "dense 2 of step 0: 27-31, 32",
                                   "dense 3 of step 0: 31-35, 32",
                                   "store of step 0: 39, 39-57, 32",
                               });
}

// Half a weight buffer holds 2 of the 4 taps: a tile is two chunks of two cycles, each with a load
// of its own. A chunk's half is free when the chunk before the last has ended, and the neighbors'
// loads wait for the prediction.
TEST_CASE("with streamed weights a tile lasts from its first chunk to the end of its last") {
  Example example;
  example.machine.buffers.weight_bytes = 8;
  CHECK(text(example.run()) == Lines{
                                   "load ifmap 0 of step 0: 0, 0-17, 25",
                                   "load weight 0 of step 0: 0, 7-18, 4",
                                   "load weight 1 of step 0: 0, 8-19, 4",
                                   "peek 0 of step 0: 18-22, 32",
                                   "load weight 2 of step 0: 20, 20-31, 4",
                                   "load weight 3 of step 0: 22, 22-33, 4",
                                   "peek 1 of step 0: 31-35, 32",
                                   "prediction of step 0: 39-41, 16",
                                   "load weight 4 of step 0: 41, 41-52, 4",
                                   "load weight 5 of step 0: 41, 42-53, 4",
                                   "neighbor 2 of step 0: 52-56, 16",
                                   "load weight 6 of step 0: 54, 54-65, 4",
                                   "load weight 7 of step 0: 56, 56-67, 4",
                                   "neighbor 3 of step 0: 65-69, 8",
                                   "store of step 0: 71, 71-89, 32",
                               });
}

TEST_CASE("a tile ends after its wait for the drain before it") {
  Example example;
  example.machine.prediction.policy = "none";
  example.machine.array.lanes = 4;  // a tile computes for 1 cycle, and drains for 4
  const Lines lines = text(example.run());
  REQUIRE(lines.size() == 7);
  CHECK(lines[2] == "dense 0 of step 0: 19-20, 32");
  CHECK(lines[3] == "dense 1 of step 0: 20-24, 32");
  CHECK(lines[4] == "dense 2 of step 0: 24-28, 32");
}

TEST_CASE("every layer counts from its own start") {
  CHECK(text(Example().run(3)) == text(Example().run()));
}

TEST_CASE("the groups of a grouped convolution follow one another in the log") {
  Example example;
  example.layer.C = 2;
  example.layer.groups = 2;
  EventLog log = example.run();
  sort_events(log);
  Cycle first_group_end = 0;
  int stores = 0;
  for (const Event& event : log) {
    if (event.group == 0)
      first_group_end = std::max(first_group_end, event.end);
    else
      CHECK(event.start >= first_group_end);
    stores += event.kind == EventKind::store;
  }
  CHECK(stores == 2);
  CHECK(log.front().group == 0);
  CHECK(log.back().group == 1);
  CHECK(log.back().kind == EventKind::store);
}

TEST_CASE("a residual is a load of its step; a load names the first step that uses it") {
  Example example;
  example.layer.residual = true;
  example.machine.buffers.ofmap_bytes = 32;  // two window rows: two blocks
  example.machine.prediction.policy = "none";
  Lines loads;
  for (const std::string& line : text(example.run()))
    if (line.rfind("load ", 0) == 0) loads.push_back(line.substr(0, line.find(':')));
  CHECK(loads == Lines{"load ifmap 0 of step 0", "load weight 0 of step 0",
                       "load residual 0 of step 0", "load ifmap 1 of step 1",
                       "load residual 1 of step 1"});
}

TEST_CASE("the events of every vector add up to its counters and keep the rules of time") {
  int checked = 0, streamed = 0;
  for (const VectorCase& c : all_vector_cases()) {
    if (c.expects_error) continue;
    CAPTURE(c.path);
    Counters n;
    const EventLog log = log_of(c, {}, n);
    CHECK(n.cycles == c.expected.cycles);
    check_sums(log, n);
    check_times(log, n, c.machine.dram);
    ++checked;
    streamed += set_up_layer(c.machine, c.layer, true).plan.streamed;
  }
  CHECK(checked >= 281);
  CHECK(streamed >= 20);
}

TEST_CASE("the log of a vector is the same in every order of construction") {
  const std::vector<VectorCase> cases = all_vector_cases();
  int compared = 0;
  for (std::size_t i = 1; i < cases.size(); i += 9) {
    const VectorCase& c = cases[i];
    if (c.expects_error) continue;
    CAPTURE(c.path);
    Counters n;
    const Lines usual = text(log_of(c, {}, n));
    CHECK(text(log_of(c, {8, 7, 6, 5, 4, 3, 2, 1, 0}, n)) == usual);
    CHECK(text(log_of(c, {6, 2, 8, 0, 4, 1, 7, 3, 5}, n)) == usual);
    ++compared;
  }
  CHECK(compared >= 15);
}
