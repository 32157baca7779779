// The cost of tiles under each dataflow, in closed form.
#include "sim/schedule/dataflow.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace peeksim;

namespace {

Tile tile(int distinct, int live_cols) {
  Tile tile;
  tile.distinct = tile.drained = tile.live_pes = distinct;
  tile.live_cols = live_cols;
  return tile;
}

struct Ports {
  int lanes, ifmap_width, weight_width;
};

MachineSpec machine_with(const Ports& ports) {
  MachineSpec machine;
  machine.array.lanes = ports.lanes;
  machine.buffers.ifmap_read_width = ports.ifmap_width;
  machine.buffers.weight_read_width = ports.weight_width;
  return machine;
}

Cycle cycles(const Tile& tile, Count taps, const Ports& ports) {
  const MachineSpec machine = machine_with(ports);
  return dataflow_of(machine).chunk(machine, tile, every_tap(taps, machine.array)).cycles;
}

}  // namespace

TEST_CASE("every dataflow has a name of its own and a meaning") {
  std::set<std::string> names;
  for (const Dataflow& dataflow : dataflows()) {
    CHECK(names.insert(dataflow.name).second);
    CHECK(std::string(dataflow.meaning) != "");
  }
}

TEST_CASE("the lanes limit a tile when read widths are unlimited") {
  CHECK(cycles(tile(16, 16), 9, {1, 0, 0}) == 9);
  CHECK(cycles(tile(16, 16), 9, {3, 0, 0}) == 3);
  CHECK(cycles(tile(16, 16), 10, {3, 0, 0}) == 4);
  CHECK(cycles(tile(16, 16), 1, {8, 0, 0}) == 1);
}

TEST_CASE("the ifmap port limits a tile by its different positions") {
  CHECK(cycles(tile(16, 1), 9, {1, 16, 0}) == 9);
  CHECK(cycles(tile(16, 1), 9, {1, 8, 0}) == 18);
  CHECK(cycles(tile(5, 1), 9, {1, 8, 0}) == 9);  // ceil(45 / 8) = 6: the lanes limit
  CHECK(cycles(tile(5, 1), 9, {9, 8, 0}) == 6);
  CHECK(cycles(tile(0, 0), 9, {9, 8, 8}) == 1);
}

TEST_CASE("the weight port limits a tile by its live columns") {
  CHECK(cycles(tile(1, 16), 9, {1, 0, 8}) == 18);
  CHECK(cycles(tile(1, 7), 9, {9, 0, 8}) == 8);  // ceil(63 / 8)
}

TEST_CASE("the slowest of lanes, ifmap port and weight port counts") {
  CHECK(cycles(tile(4, 6), 10, {5, 40, 60}) == 2);
  CHECK(cycles(tile(4, 6), 10, {5, 10, 60}) == 4);
  CHECK(cycles(tile(4, 6), 10, {5, 10, 10}) == 6);
}

TEST_CASE("a tile's time does not overflow where its reads pass 2^31") {
  CHECK(cycles(tile(4096, 4096), 4000000, {4096, 1, 1}) == Cycle{4096} * 4000000);
}

TEST_CASE("a chunk reads an activation per position and tap, and a weight per column and tap") {
  const MachineSpec machine = machine_with({1, 0, 0});
  const ChunkDemand demand =
      dataflow_of(machine).chunk(machine, tile(5, 3), every_tap(14, machine.array));
  CHECK(demand.ifmap_reads == 5 * 14);
  CHECK(demand.weight_reads == 3 * 14);
}

TEST_CASE("a broadcast tile needs no fill, drains a row a cycle and writes each of its outputs") {
  const MachineSpec machine;
  Tile full = tile(4, 3);
  full.live_pes = 12;
  const TileDemand demand = dataflow_of(machine).tile(machine, full);
  CHECK(demand.fill == 0);
  CHECK(demand.drain == 4);
  CHECK(demand.ofmap_writes == 12);
}
