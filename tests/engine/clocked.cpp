// The parts of the clocked engine, each alone.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/engine/clocked/clock.h"
#include "sim/engine/clocked/dram.h"
#include "sim/engine/clocked/read_port.h"
#include "sim/engine/clocked/tile_work.h"
#include "sim/engine/clocked/work.h"
#include "sim/operands/operands.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/random.h"

using namespace peeksim;
using namespace peeksim::clocked;

namespace {

// Writes a register at one edge, and notes what it and a register of another module show at each.
struct Probe : Clocked {
  explicit Probe(const char* name) : mine(name) {}
  Register<int> mine;
  Register<int>* other = nullptr;
  std::vector<int> seen;
  void on_edge() override {
    seen.push_back(other->read());
    mine.write(mine.read() + 1);
  }
};

// A DRAM alone: requests at given cycles, and when they are answered.
struct DramBench : Clocked {
  Wires& wires;
  Clock& clock;
  Dram& dram;
  DramSpec dram_spec;
  std::vector<LoadRequest> loads;  // by `at`
  std::vector<StoreRequest> stores;
  std::vector<std::string> answers;

  explicit DramBench(const DramSpec& spec)
      : wires(leave_behind<Wires>()),
        clock(leave_behind<Clock>("clock", wires.done)),
        dram(leave_behind<Dram>("dram", clock, wires)),
        dram_spec(spec) {
    clock.drive(*this);
  }
  void on_edge() override {
    for (const LoadRequest& load : loads)
      if (load.at == clock.now()) wires.load_request.push(load);
    for (const StoreRequest& store : stores)
      if (store.at == clock.now()) wires.store_request.push(store);
    // What was answered in the cycle that is over.
    while (!wires.load_response.empty()) {
      const LoadRequest load = wires.load_response.pop();
      note("load", load.index, load.start);
    }
    while (!wires.store_response.empty()) {
      const StoreRequest store = wires.store_response.pop();
      note("store", store.step, store.start);
    }
    if (answers.size() == loads.size() + stores.size()) wires.done.write(true);
  }
  void note(const char* what, int index, Cycle start) {
    answers.push_back(what + std::to_string(index) + " " + std::to_string(start) + "-" +
                      std::to_string(clock.now() - 1));
  }
  std::vector<std::string> run() {
    dram.begin(dram_spec, true);
    clock.start(false);
    sc_core::sc_start();
    return answers;
  }
};

LoadRequest load(int index, Cycle at, Bytes bytes) {
  LoadRequest request;
  request.index = index;
  request.at = at;
  request.bytes = bytes;
  return request;
}

}  // namespace

TEST_CASE("what a module writes at an edge is seen by the others at the next edge, not before") {
  fresh_kernel();
  Register<bool>& done = leave_behind<Register<bool>>("done");
  Clock& clock = leave_behind<Clock>("clock", done);
  Probe& a = leave_behind<Probe>("a");
  Probe& b = leave_behind<Probe>("b");
  a.other = &b.mine;
  b.other = &a.mine;
  clock.drive(a);
  clock.drive(b);
  Cycle over = 0;
  clock.observe([&](Cycle cycle) {
    over = cycle;
    if (cycle == 3) done.write(true);
  });
  clock.start(false);
  sc_core::sc_start();
  // Neither sees what the other writes at the same edge, although one is called first.
  CHECK(a.seen == b.seen);
  CHECK(a.seen == std::vector<int>{0, 1, 2, 3, 4, 5});  // the last edge sees that it is over
  CHECK(over == 3);
}

TEST_CASE("modules are called at every edge, and the kernel's time follows where one speaks") {
  struct Counting : Clocked {
    Latch<int> count;
    Register<bool>& done;
    std::vector<int> seen;
    explicit Counting(Register<bool>& register_done) : done(register_done) {}
    void on_edge() override {
      seen.push_back(count.read());
      count.write(static_cast<int>(seen.size()));
      if (seen.size() == 5) done.write(true);
    }
  };
  for (const bool shares_time : {false, true}) {
    fresh_kernel();
    Register<bool>& done = leave_behind<Register<bool>>("done");
    Clock& clock = leave_behind<Clock>("clock", done);
    Counting& module = leave_behind<Counting>(done);
    clock.drive(module);
    clock.drive(module.count);
    const Cycle before = current_cycle();
    clock.start(shares_time);
    sc_core::sc_start();
    CHECK(module.seen == std::vector<int>{0, 1, 2, 3, 4, 5});
    CHECK(clock.now() == 5);
    CHECK(current_cycle() - before == 5);
  }
}

TEST_CASE(
    "a read port of w elements a cycle has delivered floor(n w / e) taps of e after n cycles") {
  for (const int width : {1, 3, 7, 16})
    for (const int elements : {1, 2, 5, 16, 40}) {
      ReadPort port(width);
      port.start(elements);
      for (int n = 1; n <= 50; ++n, port.advance())
        CHECK(port.complete(1000) == n * width / elements);
    }
  ReadPort unlimited(0);
  unlimited.start(5);
  CHECK(unlimited.complete(77) == 77);
}

TEST_CASE("taps paced by lanes and both ports take the tile time of the definition") {
  Random random(7);
  for (int i = 0; i < 2000; ++i) {
    const int lanes = random.between(1, 5), taps = random.between(1, 60);
    const int distinct = random.between(1, 20), columns = random.between(1, 20);
    const int ifmap_width = random.between(0, 12), weight_width = random.between(0, 12);
    ReadPort rows(ifmap_width), cols(weight_width);
    rows.start(distinct);
    cols.start(columns);
    Count done = 0;
    Cycle cycles = 0;
    for (; done < taps; ++cycles, rows.advance(), cols.advance())
      done = std::min<Count>(done + lanes, std::min(rows.complete(taps), cols.complete(taps)));
    const Cycle expected = std::max(
        {ceil_div(taps, lanes), ifmap_width > 0 ? ceil_div(Count{distinct} * taps, ifmap_width) : 0,
         weight_width > 0 ? ceil_div(Count{columns} * taps, weight_width) : 0});
    CHECK(cycles == expected);
  }
}

TEST_CASE("the clocked DRAM holds its channel by the byte and answers a latency later") {
  fresh_kernel();
  DramBench& bench = leave_behind<DramBench>(DramSpec{40, 10});
  // 25 bytes: 7 cycles; 8 bytes: 2. The store of cycle 3 comes before the load of cycle 4.
  bench.loads = {load(0, 0, 25), load(1, 0, 8), load(2, 4, 1)};
  bench.stores = {{0, 16, 3, 0}};
  const std::vector<std::string> expected = {"load0 0-17", "load1 7-19", "store0 9-23",
                                             "load2 13-24"};
  CHECK(bench.run() == expected);
}

TEST_CASE("a load goes before a store of the same cycle, but not before one of the cycle before") {
  fresh_kernel();
  DramBench& same = leave_behind<DramBench>(DramSpec{10, 0});
  same.loads = {load(0, 5, 3)};
  same.stores = {{0, 2, 5, 0}};
  CHECK(same.run() == std::vector<std::string>{"load0 5-8", "store0 8-10"});
  fresh_kernel();
  DramBench& before = leave_behind<DramBench>(DramSpec{10, 0});
  before.loads = {load(0, 5, 3)};
  before.stores = {{0, 2, 4, 0}};
  CHECK(before.run() == std::vector<std::string>{"store0 4-6", "load0 6-9"});
}

TEST_CASE("a load of 0 bytes without latency is answered in the cycle of its request") {
  fresh_kernel();
  DramBench& bench = leave_behind<DramBench>(DramSpec{40, 0});
  bench.loads = {load(0, 2, 0), load(1, 2, 4), load(2, 2, 0)};
  CHECK(bench.run() == std::vector<std::string>{"load0 2-2", "load1 2-3", "load2 3-3"});
}

TEST_CASE("a tile counts its distinct positions, live columns and rows from its enable bits") {
  TileWork tile;
  tile.clear(3, 4);
  tile.position = {7, 7, -1, 7, -1, -1, -1, -1, 9, -1, -1, -1};
  tile.settle();
  CHECK(tile.shared_rows);
  CHECK(tile.distinct == std::vector<int>{7, 9});
  CHECK(tile.pes_at == std::vector<int>{3, 1});
  CHECK(tile.live_columns == 3);
  CHECK(tile.live_pes == 4);
  CHECK(tile.drain_rows == std::vector<int>{0, 2});
  CHECK(tile.enable == std::vector<float>{1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0});
  tile.position[1] = 9;
  tile.settle();
  CHECK_FALSE(tile.shared_rows);
  CHECK(tile.distinct == std::vector<int>{7, 9});
  CHECK(tile.pes_at == std::vector<int>{2, 2});
}

TEST_CASE("an 8-bit output is scaled, rounded with halves to even, and clipped") {
  Operands operands;
  operands.integer = true;
  operands.weight = {1};
  operands.bias = {3};
  operands.multiplier = {0.5};
  operands.ofmap_scale = 0.25f;
  CHECK(operands.finish(0, 0, 0) == 0.25f * 2);    // 1.5: to 2
  CHECK(operands.finish(2, 0, 0) == 0.25f * 2);    // 2.5: to 2
  CHECK(operands.finish(-6, 0, 0) == 0.25f * -2);  // -1.5: to -2
  CHECK(operands.finish(1e6, 0, 0) == 0.25f * 127);
  CHECK(operands.finish(-1e6, 0, 0) == 0.25f * -127);
  operands.residual = {1};
  operands.residual_multiplier = 2;
  CHECK(operands.finish(2, 0, 4) == 0.25f * 10);  // 2.5 + 8 = 10.5: to 10
}

TEST_CASE("peeks and neighbors of a block come window by window") {
  const WindowGrid grid{3, 5, 2, 2, {{0, 0}, {1, 1}}};
  Block block;
  block.window_rows = 2;
  block.window_cols = 3;
  block.rows = 3;
  block.cols = 5;
  CHECK(window_order(grid, block, Members::peeks) == std::vector<int>{0, 6, 2, 8, 4, 10, 12, 14});
  CHECK(window_order(grid, block, Members::neighbors) == std::vector<int>{1, 5, 3, 7, 9, 11, 13});
}
