// The cost of taps where zero activations are skipped or the ifmap buffer has banks: by hand.
#include "sim/schedule/tap_counter.h"

#include <doctest/doctest.h>

#include "sim/schedule/bank_mapping.h"

using namespace peeksim;

namespace {

// One channel of 1 x 6, a kernel of 1 x 4: three positions of four taps.
Layer row_layer() {
  Layer layer;
  layer.W = 6;
  layer.S = 4;
  return layer;
}

Plan one_chunk(Count taps) {
  Plan plan;
  plan.L = plan.chunk_taps = taps;
  return plan;
}

MachineSpec machine_with(int lanes, int lookahead, int banks) {
  MachineSpec machine;
  machine.array.lanes = lanes;
  machine.array.zero_lookahead = lookahead;
  machine.buffers.ifmap_banks = banks;
  return machine;
}

ChunkTaps count(const Layer& layer, const MachineSpec& machine, const std::uint64_t* live,
                const std::vector<int>& positions, const Plan& plan) {
  TapCounter counter(layer, machine, live);
  CHECK(counter.needed());
  std::vector<ChunkTaps> chunks;
  counter.count(plan, positions, chunks);
  REQUIRE(chunks.size() == std::size_t(plan.chunks));
  return chunks.back();
}

}  // namespace

TEST_CASE("a machine that neither skips nor has banks need not know positions") {
  CHECK_FALSE(TapCounter(row_layer(), machine_with(1, 0, 0), nullptr).needed());
}

TEST_CASE("a tap is executed when it is live at one position of the tile") {
  const std::uint64_t live[] = {0b0001, 0b0100, 0b0000};
  const MachineSpec machine = machine_with(1, 0, 0);
  const Layer layer = row_layer();
  CHECK(count(layer, machine, live, {0}, one_chunk(4)).taps == 1);
  CHECK(count(layer, machine, live, {0, 1}, one_chunk(4)).taps == 2);
  CHECK(count(layer, machine, live, {0, 1, 2}, one_chunk(4)).lane_cycles == 2);
  CHECK(count(layer, machine_with(2, 0, 0), live, {0, 1}, one_chunk(4)).lane_cycles == 1);
}

TEST_CASE("a chunk without a live tap executes one") {
  const std::uint64_t live[] = {0, 0, 0};
  const ChunkTaps taps = count(row_layer(), machine_with(1, 0, 0), live, {0, 2}, one_chunk(4));
  CHECK(taps.taps == 1);
  CHECK(taps.lane_cycles == 1);
}

TEST_CASE("with a look-ahead every run costs a cycle at least") {
  const std::uint64_t live[] = {0b0011};
  const Layer layer = row_layer();
  CHECK(count(layer, machine_with(1, 2, 0), live, {0}, one_chunk(4)).lane_cycles == 3);
  CHECK(count(layer, machine_with(2, 2, 0), live, {0}, one_chunk(4)).lane_cycles == 2);
  CHECK(count(layer, machine_with(1, 3, 0), live, {0}, one_chunk(4)).lane_cycles == 3);
  CHECK(count(layer, machine_with(1, 4, 0), live, {0}, one_chunk(4)).lane_cycles == 2);
  CHECK(count(layer, machine_with(1, 9, 0), live, {0}, one_chunk(4)).taps == 2);
}

TEST_CASE("runs are cut from the start of each chunk") {
  const std::uint64_t live[] = {0b1100};
  Plan plan = one_chunk(4);
  plan.chunk_taps = 3;
  plan.chunks = 2;
  const Layer layer = row_layer();
  TapCounter counter(layer, machine_with(1, 2, 0), live);
  std::vector<ChunkTaps> chunks;
  counter.count(plan, {0}, chunks);
  REQUIRE(chunks.size() == 2);
  CHECK(chunks[0].taps == 1);
  CHECK(chunks[0].lane_cycles == 2);  // taps 0 and 1, tap 2
  CHECK(chunks[1].taps == 1);
  CHECK(chunks[1].lane_cycles == 1);  // tap 3
}

TEST_CASE("columns lie in banks by their remainder, padding too") {
  const MachineSpec machine;
  const BankMapping& mapping = bank_mapping_of(machine);
  CHECK(mapping.bank(0, 3) == 0);
  CHECK(mapping.bank(5, 3) == 2);
  CHECK(mapping.bank(-1, 3) == 2);
  CHECK(mapping.bank(-3, 3) == 0);
}

TEST_CASE("the fullest bank delivers what lies in it of all positions and taps") {
  Layer layer = row_layer();
  // Position q reads columns q … q + 3: of four banks each one.
  CHECK(count(layer, machine_with(1, 0, 4), nullptr, {0}, one_chunk(4)).fullest_bank == 1);
  CHECK(count(layer, machine_with(1, 0, 4), nullptr, {0, 1, 2}, one_chunk(4)).fullest_bank == 3);
  // Three banks: columns 0 and 3 share one.
  CHECK(count(layer, machine_with(1, 0, 3), nullptr, {0}, one_chunk(4)).fullest_bank == 2);
  CHECK(count(layer, machine_with(1, 0, 1), nullptr, {0, 2}, one_chunk(4)).fullest_bank == 8);
  // Of two banks all taps of a kernel with dilation 2 lie in one.
  layer.W = 9;
  layer.dilation_w = 2;
  CHECK(count(layer, machine_with(1, 0, 2), nullptr, {0, 1}, one_chunk(4)).fullest_bank == 4);
  CHECK(count(layer, machine_with(1, 0, 2), nullptr, {0, 2}, one_chunk(4)).fullest_bank == 8);
}

TEST_CASE("banks deliver only live taps, and the first tap of a chunk without one") {
  const std::uint64_t live[] = {0b1001, 0, 0};
  const Layer layer = row_layer();
  CHECK(count(layer, machine_with(1, 0, 3), live, {0}, one_chunk(4)).fullest_bank == 2);
  CHECK(count(layer, machine_with(1, 0, 4), live, {0}, one_chunk(4)).fullest_bank == 1);
  CHECK(count(layer, machine_with(1, 0, 2), live, {1, 2}, one_chunk(4)).fullest_bank == 1);
}
