// Buffer, prediction unit, PE array and the failure of a process, as modules: which events
// they notify, and when. Their rules are tested without the kernel in step_sequence.cpp and
// timing_units.cpp.
#include <doctest/doctest.h>

#include <vector>

#include "sim/base/error.h"
#include "sim/engine/event/array_unit.h"
#include "sim/engine/event/buffer.h"
#include "sim/engine/event/decision_unit.h"
#include "sim/engine/kernel/cycle_time.h"
#include "tests/engine/script.h"
#include "tests/support/fresh_kernel.h"

using namespace peeksim;
using namespace peeksim::event;

namespace {

// The cycles in which an event happens.
std::vector<Cycle>& watch(const sc_core::sc_event& event, const char* name) {
  auto& seen = leave_behind<std::vector<Cycle>>();
  leave_behind<OnEvent>(name, event, [&seen] { seen.push_back(current_cycle()); });
  return seen;
}

void at(Cycle cycle, const char* name, std::function<void()> act) {
  leave_behind<Script>(name, std::vector<Script::Action>{{cycle, std::move(act)}});
}

class Failing : public Module {
 public:
  explicit Failing(const sc_core::sc_module_name& name) : Module(name) {
    SC_HAS_PROCESS(Failing);
    SC_METHOD(fail);
  }

 private:
  void fail() {
    guard([] { throw Error(ErrorKind::machine, "here", "something is wrong"); });
  }
};

struct ArrayBench {
  Buffer& ifmap;
  Buffer& weight;
  Buffer& ofmap;
  DecisionUnit& unit;
  ArrayUnit& array;

  explicit ArrayBench(Cycle latency)
      : ifmap(leave_behind<Buffer>("ifmap")),
        weight(leave_behind<Buffer>("weight")),
        ofmap(leave_behind<Buffer>("ofmap")),
        unit(leave_behind<DecisionUnit>("unit")),
        array(leave_behind<ArrayUnit>("array")) {
    unit.begin(latency, {});
    array.begin({});
    array.ifmap_port(ifmap.access);
    array.weight_port(weight.access);
    array.ofmap_port(ofmap.access);
    array.peek_port(unit.decisions);
  }
};

// The last peek that a decision follows from drains until `drain_end`.
void decide(DecisionUnit& unit, int decision, Cycle drain_end) {
  Tile tile;
  tile.decides = decision;
  ChunkStart start;
  start.tile = &tile;
  unit.last_peek(start, drain_end);
}

// A chunk as the sequencer starts it.
ChunkStart chunk_of(const MachineSpec& machine, const Tile& tile, Count taps, bool last) {
  ChunkStart start;
  start.tile = &tile;
  start.macs = tile.live_pes * taps;
  start.last_chunk = last;
  start.demand = dataflow_of(machine).chunk(machine, tile, every_tap(taps, machine.array));
  start.tile_demand = dataflow_of(machine).tile(machine, tile);
  return start;
}

}  // namespace

TEST_CASE("a cycle is a nanosecond, and both its halves are in it") {
  fresh_kernel();
  std::vector<Cycle> seen;
  at(7, "whole", [&] { seen.push_back(current_cycle()); });
  sc_core::sc_start(cycles(7) + sc_core::sc_time(0.5, sc_core::SC_NS));
  seen.push_back(current_cycle());
  sc_core::sc_start(sc_core::sc_time(0.5, sc_core::SC_NS));
  seen.push_back(current_cycle());
  CHECK(seen == std::vector<Cycle>{7, 7, 8});
}

TEST_CASE("a buffer reports in the same cycle that it was filled or released") {
  fresh_kernel();
  auto& buffer = leave_behind<Buffer>("buffer");
  const std::vector<Cycle>& filled = watch(buffer.filled_event(), "filled");
  const std::vector<Cycle>& released = watch(buffer.released_event(), "released");
  at(3, "fill", [&] { buffer.fill(0, 64); });
  at(9, "release", [&] { buffer.release(0); });
  sc_core::sc_start();
  CHECK(filled == std::vector<Cycle>{3});
  CHECK(released == std::vector<Cycle>{9});
  CHECK(buffer.holds(0));
  CHECK(buffer.half_free(2));
  CHECK(buffer.halves().filled_bytes() == 64);
  buffer.begin();
  CHECK_FALSE(buffer.holds(0));
  CHECK_FALSE(buffer.half_free(2));
  CHECK(buffer.halves().filled_bytes() == 0);
}

TEST_CASE("the prediction unit reports a prediction at its ready time and not before") {
  fresh_kernel();
  auto& unit = leave_behind<DecisionUnit>("unit");
  unit.begin(6, {});
  const std::vector<Cycle>& ready = watch(unit.ready_event(), "ready");
  at(10, "peek", [&] { decide(unit, 0, 14); });  // drains until 14
  sc_core::sc_start(cycles(19));
  CHECK(unit.known().decision == -1);
  CHECK(ready.empty());
  sc_core::sc_start(cycles(1));
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  CHECK(unit.known().decision == 0);
  CHECK(unit.known().ready == 20);
  sc_core::sc_start();
  CHECK(ready == std::vector<Cycle>{20});
}

TEST_CASE("several predictions in flight are reported one after another") {
  fresh_kernel();
  auto& unit = leave_behind<DecisionUnit>("unit");
  unit.begin(100, {});
  const std::vector<Cycle>& ready = watch(unit.ready_event(), "ready");
  at(0, "a", [&] { decide(unit, 0, 5); });
  at(6, "b", [&] { decide(unit, 1, 9); });
  at(10, "c", [&] { decide(unit, 3, 15); });
  sc_core::sc_start();
  CHECK(ready == std::vector<Cycle>{105, 109, 115});
  CHECK(unit.known().decision == 3);
}

TEST_CASE("a prediction without latency or drain is known in the same cycle") {
  fresh_kernel();
  auto& unit = leave_behind<DecisionUnit>("unit");
  unit.begin(0, {});
  const std::vector<Cycle>& ready = watch(unit.ready_event(), "ready");
  at(4, "peek", [&] { decide(unit, 2, 4); });
  sc_core::sc_start();
  CHECK(ready == std::vector<Cycle>{4});
  CHECK(unit.known().decision == 2);
}

TEST_CASE("the array runs a chunk, counts it and hands the peeks to the prediction unit") {
  fresh_kernel();
  MachineSpec machine;
  machine.array.lanes = 2;
  machine.buffers.ifmap_read_width = 4;
  ArrayBench bench(3);
  const std::vector<Cycle>& ready = watch(bench.unit.ready_event(), "ready");
  Tile tile;
  tile.distinct = tile.drained = 5;
  tile.live_cols = 3;
  tile.live_pes = tile.peeks = 15;
  tile.decides = 0;
  const ChunkStart first = chunk_of(machine, tile, 8, false);
  const ChunkStart last = chunk_of(machine, tile, 6, true);
  ChunkTimes times[2];
  at(0, "first", [&] { times[0] = bench.array.run(first, 0); });
  at(10, "last", [&] { times[1] = bench.array.run(last, 10); });
  sc_core::sc_start();
  CHECK(times[0].end == 10);  // 5 positions x 8 taps at 4 a cycle
  CHECK(times[1].end == 18);  // ceil(30 / 4)
  CHECK(times[1].drain_end == 23);
  CHECK(ready == std::vector<Cycle>{26});
  CHECK(bench.array.busy() == 18);
  CHECK(bench.array.tiles() == 1);
  CHECK(bench.array.drain_stall() == 0);
  CHECK(bench.array.drain_end() == 23);
  CHECK(bench.ifmap.halves().reads() == 5 * 14);
  CHECK(bench.weight.halves().reads() == 3 * 14);
  CHECK(bench.ofmap.halves().writes() == 15);
  CHECK(bench.unit.comparisons() == 15);
}

TEST_CASE("the array counts the wait for the previous drain") {
  fresh_kernel();
  const MachineSpec machine;
  ArrayBench bench(0);
  Tile tile;
  tile.distinct = tile.drained = tile.live_cols = 4;
  tile.live_pes = 16;
  const ChunkStart issue = chunk_of(machine, tile, 1, true);
  at(0, "a", [&] { bench.array.run(issue, 0); });
  ChunkTimes last;
  at(1, "b", [&] { last = bench.array.run(issue, 1); });
  sc_core::sc_start();
  CHECK(last.end == 5);
  CHECK(bench.array.busy() == 2);
  CHECK(bench.array.drain_stall() == 3);
  CHECK(bench.array.drain_end() == 9);
  CHECK(bench.unit.comparisons() == 0);
}

TEST_CASE("what a process throws keeps its type and stops the kernel") {
  fresh_kernel();
  auto& failing = leave_behind<Failing>("failing");
  bool later = false;
  at(5, "later", [&] { later = true; });
  failing.rethrow_failure();  // nothing yet
  sc_core::sc_start();
  CHECK_FALSE(later);
  CHECK_THROWS_AS(failing.rethrow_failure(), Error);
  try {
    failing.rethrow_failure();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::machine);
  }
}
