// The small timing units, each alone: a gate is tested closed at t-1 and open at t.
#include <doctest/doctest.h>

#include "sim/engine/event/array_timing.h"
#include "sim/engine/event/decision_latency.h"
#include "sim/engine/event/double_buffer.h"
#include "sim/engine/event/store_order.h"
#include "sim/engine/memory/dram_timing.h"

using namespace peeksim;
using namespace peeksim::event;

namespace {

DramTiming channel(Bytes bytes_per_cycle, Cycle latency) {
  return DramTiming(DramSpec{10 * bytes_per_cycle, latency});
}

}  // namespace

TEST_CASE("the first two loads find their halves free, the third waits for a release") {
  DoubleBuffer buffer;
  CHECK(buffer.half_free(0));
  CHECK(buffer.half_free(1));
  CHECK_FALSE(buffer.half_free(2));
  buffer.release(0);
  CHECK(buffer.half_free(2));
  CHECK_FALSE(buffer.half_free(3));
  buffer.release(1);
  CHECK(buffer.half_free(3));
}

TEST_CASE("a half holds the load that filled it last") {
  DoubleBuffer buffer;
  CHECK_FALSE(buffer.holds(0));
  buffer.fill(0, 100);
  CHECK(buffer.holds(0));
  CHECK_FALSE(buffer.holds(1));
  buffer.fill(1, 0);  // a load of 0 bytes still takes its half
  CHECK(buffer.holds(0));
  CHECK(buffer.holds(1));
  buffer.release(0);
  CHECK(buffer.holds(0));  // its data stays until the next load into this half
  buffer.fill(2, 30);
  CHECK_FALSE(buffer.holds(0));
  CHECK(buffer.holds(1));
  CHECK(buffer.holds(2));
  CHECK(buffer.filled_bytes() == 130);
}

TEST_CASE("a buffer counts what is read and written") {
  DoubleBuffer buffer;
  buffer.read(7);
  buffer.read(5);
  buffer.write(3);
  CHECK(buffer.reads() == 12);
  CHECK(buffer.writes() == 3);
  CHECK(buffer.filled_bytes() == 0);
}

TEST_CASE("a transfer holds the channel for its bytes and is complete a latency later") {
  DramTiming dram = channel(4, 10);
  CHECK(dram.serve(5, 16).complete == 5 + 4 + 10);
  CHECK(dram.serve(100, 17).complete == 100 + 5 + 10);
}

TEST_CASE("a transfer waits while the channel is busy, but not for the latency of others") {
  DramTiming dram = channel(4, 10);
  dram.serve(5, 16);  // busy until 9
  CHECK(dram.serve(5, 4).complete == 9 + 1 + 10);
  CHECK(dram.serve(10, 4).complete == 10 + 1 + 10);  // free again exactly at 10
  CHECK(dram.serve(10, 4).complete == 11 + 1 + 10);
  CHECK(dram.serve(13, 4).complete == 13 + 1 + 10);
}

TEST_CASE("a transfer starts at its request, or when the channel is free") {
  DramTiming dram = channel(4, 10);
  CHECK(dram.serve(5, 17).start == 5);
  CHECK(dram.serve(6, 4).start == 10);
  CHECK(dram.serve(6, 0).start == 11);
  CHECK(dram.serve(11, 4).start == 11);
  CHECK(dram.serve(13, 4).start == 13);
}

TEST_CASE("a transfer of 0 bytes waits its turn and its latency, but does not hold the channel") {
  DramTiming dram = channel(4, 10);
  CHECK(dram.serve(3, 0).complete == 13);
  dram.serve(5, 16);
  CHECK(dram.serve(6, 0).complete == 9 + 10);
  CHECK(dram.serve(6, 1).complete == 9 + 1 + 10);
  CHECK(channel(4, 0).serve(7, 0).complete == 7);
}

TEST_CASE("a prediction is known at its ready time and not a cycle before") {
  DecisionLatency unit(6);
  CHECK(unit.known().decision == -1);
  CHECK(unit.next() == nullptr);
  CHECK(unit.drained(0, 100, 0) == 106);
  unit.advance(105);
  CHECK(unit.known().decision == -1);
  REQUIRE(unit.next() != nullptr);
  CHECK(unit.next()->ready == 106);
  unit.advance(106);
  CHECK(unit.known().decision == 0);
  CHECK(unit.known().ready == 106);
  CHECK(unit.next() == nullptr);
}

TEST_CASE("several predictions in flight become known one after another") {
  DecisionLatency unit(50);
  unit.drained(0, 10, 0);
  unit.drained(1, 12, 0);
  unit.drained(3, 12, 0);  // step 2 has no peeks
  unit.drained(4, 40, 0);
  unit.advance(60);
  CHECK(unit.known().decision == 0);
  REQUIRE(unit.next() != nullptr);
  CHECK(unit.next()->decision == 1);
  CHECK(unit.next()->ready == 62);
  unit.advance(61);
  CHECK(unit.known().decision == 0);
  unit.advance(62);
  CHECK(unit.known().decision == 3);
  CHECK(unit.next()->decision == 4);
  unit.advance(1000);
  CHECK(unit.known().decision == 4);
  CHECK(unit.known().ready == 90);
}

TEST_CASE("decisions that take time are taken one after another, and known a latency later") {
  DecisionLatency unit(5);
  CHECK(unit.drained(0, 10, 7) == 10 + 7 + 5);
  CHECK(unit.drained(1, 12, 3) == 17 + 3 + 5);  // after the one before
  CHECK(unit.drained(2, 20, 1) == 20 + 1 + 5);  // just as it ends
  CHECK(unit.drained(3, 40, 2) == 40 + 2 + 5);
}

TEST_CASE("without latency a prediction is known when its last peek has drained") {
  DecisionLatency unit(0);
  unit.drained(0, 10, 0);
  unit.advance(9);
  CHECK(unit.known().decision == -1);
  unit.advance(10);
  CHECK(unit.known().decision == 0);
}

TEST_CASE("a tile drains while the next one computes") {
  ArrayTiming array;
  ChunkTimes times = array.run(0, 5, true, 4);
  CHECK(times.end == 5);
  CHECK(times.drain_stall == 0);
  CHECK(times.drain_end == 9);
  CHECK(array.drain_end() == 9);
  times = array.run(5, 4, true, 2);  // ends just as the drain does
  CHECK(times.end == 9);
  CHECK(times.drain_stall == 0);
  CHECK(times.drain_end == 11);
}

TEST_CASE("a tile that is done before the previous drain waits to finish") {
  ArrayTiming array;
  array.run(0, 5, true, 4);  // drains until 9
  const ChunkTimes times = array.run(5, 3, true, 4);
  CHECK(times.end == 9);
  CHECK(times.drain_stall == 1);
  CHECK(times.drain_end == 13);
}

TEST_CASE("only the last chunk of a tile waits for the previous drain, and drains") {
  ArrayTiming array;
  array.run(0, 1, true, 100);  // drains until 101
  ChunkTimes times = array.run(1, 10, false, 7);
  CHECK(times.end == 11);
  CHECK(times.drain_stall == 0);
  CHECK(times.drain_end == 101);
  times = array.run(11, 10, true, 7);
  CHECK(times.end == 101);
  CHECK(times.drain_stall == 80);
  CHECK(times.drain_end == 108);
}

TEST_CASE("a pause of the array shortens the wait for a drain") {
  ArrayTiming array;
  array.run(0, 1, true, 20);  // drains until 21
  CHECK(array.run(15, 1, true, 3).drain_stall == 5);
  CHECK(array.run(30, 1, true, 3).drain_stall == 0);
}

TEST_CASE("a store is requested when its drain has ended and not a cycle before") {
  StoreOrder order;
  CHECK(order.front() == nullptr);
  order.step_ended({0, 64, 30, no_decision});
  REQUIRE(order.front() != nullptr);
  CHECK(order.front()->bytes == 64);
  CHECK_FALSE(order.may_request(29, -1));
  CHECK(order.may_request(30, -1));
}

TEST_CASE("the store of a step with peeks waits for its own prediction") {
  StoreOrder order;
  order.step_ended({2, 64, 30, 2});
  CHECK_FALSE(order.may_request(100, -1));
  CHECK_FALSE(order.may_request(100, 1));
  CHECK(order.may_request(100, 2));
  CHECK_FALSE(order.may_request(29, 2));
  CHECK(order.may_request(30, 3));
}

TEST_CASE("stores keep the order of the steps") {
  StoreOrder order;
  order.step_ended({0, 64, 30, 0});
  order.step_ended({1, 32, 31, no_decision});
  CHECK(order.front()->step == 0);
  CHECK_FALSE(order.may_request(40, -1));  // step 1 could go, but step 0 stands before it
  CHECK(order.may_request(40, 0));
  order.pop();
  REQUIRE(order.front() != nullptr);
  CHECK(order.front()->step == 1);
  CHECK(order.may_request(40, 0));
  order.pop();
  CHECK(order.front() == nullptr);
}
