// The policies that prediction is compared with, lookahead, snapea and perforate: cycles and
// counters by hand, on both engines.
#include <doctest/doctest.h>

#include <algorithm>

#include "sim/base/error.h"
#include "sim/skip/interpolation.h"
#include "tests/support/both_engines.h"
#include "tests/support/layer_values.h"
#include "tests/support/random_case.h"
#include "tests/support/reference_conv.h"

using namespace peeksim;

namespace {

// Loads and stores take a cycle each; nothing limits the ports.
MachineSpec machine_of(const std::string& policy, int rows, int cols) {
  MachineSpec machine;
  machine.name = "m";
  machine.array.rows = rows;
  machine.array.cols = cols;
  machine.dram.bytes_per_10_cycles = 100000;
  machine.prediction.policy = policy;
  return machine;
}

// A 1x1 kernel over C channels on a map of one row.
Layer row_layer(int C, int W, int K = 1) {
  Layer layer;
  layer.name = "layer";
  layer.C = C, layer.W = W, layer.K = K;
  return layer;
}

// The values that the operands give, of weights [K,L].
LayerValues computed(const MachineSpec& machine, const Layer& layer, std::vector<float> ifmap,
                     const std::vector<float>& weight, Operands operands = {}) {
  LayerValues values;
  operands.weight = weights_by_tap(layer, weight);
  values.operands = operands;
  tell_ifmap(machine, layer, ifmap, values);
  const std::vector<double> sums = reference_conv(layer, ifmap, weight);
  for (std::size_t i = 0; i < sums.size(); ++i)
    values.ofmap.push_back(
        values.operands.finish(sums[i], static_cast<int>(i / layer.positions()),
                               operands.residual.empty() ? 0 : operands.residual[i]));
  values.check = true;
  return values;
}

// Both engines, which agree.
BothEngines run(const MachineSpec& machine, const Layer& layer, const LayerValues& values) {
  BothEngines both = run_both(machine, layer, values);
  CHECK(difference(both.event, both.clocked) == "");
  CHECK(first_difference(both) == "");
  CHECK(both.findings.worst_deviation == 0);
  return both;
}

void check_stalls(const Counters& n, Cycle busy, Cycle predict, Cycle drain, Cycle memory,
                  Cycle tail) {
  CHECK(n.array_busy == busy);
  CHECK(n.predict_stall == predict);
  CHECK(n.drain_stall == drain);
  CHECK(n.memory_stall == memory);
  CHECK(n.tail == tail);
  CHECK(n.cycles == busy + predict + drain + memory + tail);
}

// The first event of a kind and pass.
const Event& first_event(const BothEngines& both, EventKind kind, Pass pass = Pass::dense) {
  for (const Event& event : both.event_log)
    if (event.kind == kind && event.pass == pass) return event;
  FAIL("no such event");
  return both.event_log.front();
}

}  // namespace

// Perforation.

namespace {

// The example of docs/machine.md: 5x5 in, 2 channels of 4x4 out, 4 taps.
struct Perforated {
  Layer layer;
  MachineSpec machine = machine_of("perforate", 4, 2);
  std::vector<float> ifmap, weight;

  Perforated() {
    layer.name = "layer";
    layer.H = layer.W = 5, layer.K = 2, layer.R = layer.S = 2;
    machine.prediction.peeks = {"corner", {}};
    machine.buffers.ifmap_bytes = machine.buffers.ofmap_bytes = 64;
    machine.buffers.weight_bytes = 16;
    machine.dram = {40, 10};
    machine.prediction.latency = 2;
    RandomCase random(4);
    ifmap = random.ifmap(layer);
    for (int i = 0; i < 8; ++i) weight.push_back(static_cast<float>(random.from(-8, 8)) / 8);
  }
  BothEngines run(const Operands& operands = {}) const {
    return ::run(machine, layer, computed(machine, layer, ifmap, weight, operands));
  }
};

}  // namespace

TEST_CASE(
    "a corner of every 2x2 window is computed, and drains once for each output of its window") {
  const Perforated p;
  const Counters n = p.run().event;
  CHECK(n.tiles_dense == 1);
  CHECK(n.tiles_neighbor == 0);
  CHECK(n.interpolated == 24);
  CHECK(n.macs_total == 128);
  CHECK(n.macs_predicted == 96);
  CHECK(n.ofmap_writes == 32);
  CHECK(n.ifmap_reads == 16);
  CHECK(n.weight_reads == 8);
  for (const Count none : {n.predicted_zero, n.correct_zero, n.false_zero, n.peeks, n.neighbors,
                           n.windows, n.window_bits_peak, n.comparisons})
    CHECK(none == 0);
  // Weights are complete at 19. The tile: 19-23; 4 rows and 12 copies drain until 39; 32 bytes are
  // stored until 47, and there at 57.
  check_stalls(n, 4, 0, 0, 19, 34);
}

TEST_CASE("copies hold up the next tile as rows do") {
  Perforated p;
  p.machine.array.rows = 2;
  const Counters n = p.run().event;
  CHECK(n.tiles_dense == 2);
  // 19-23, drains 2 rows and 6 copies until 31; the second tile is done at 27, ends at 31.
  check_stalls(n, 8, 0, 4, 19, 26);
}

TEST_CASE("where every output is computed perforation takes the time of policy none") {
  Perforated p;
  p.machine.prediction.peeks = {"all", {}};
  const Counters all = p.run().event;
  p.machine.prediction.policy = "none";
  p.machine.prediction.window = {2, 2};
  const Counters none = p.run().event;
  CHECK(all.interpolated == 0);
  CHECK(all.tiles_dense == 4);
  CHECK(difference(all, none) == "");
}

TEST_CASE("an interpolated output is the sum of its peek with its own residual") {
  Perforated p;
  p.layer.residual = true;
  Operands operands;
  operands.bias = {0.5, -0.25};
  for (int i = 0; i < 32; ++i) operands.residual.push_back(static_cast<float>(i - 16) / 4);
  const std::vector<float> stored = p.run(operands).findings.stored;
  const std::vector<double> sums = reference_conv(p.layer, p.ifmap, p.weight);
  REQUIRE(stored.size() == 32);
  for (int k = 0; k < 2; ++k)
    for (int i = 0; i < 16; ++i) {
      const int source = i / 8 * 8 + i % 4 / 2 * 2;  // the corner of its window
      const double value = sums[k * 16 + source] + operands.bias[k] + operands.residual[k * 16 + i];
      CHECK(stored[k * 16 + i] == static_cast<float>(value));
    }
}

TEST_CASE("a block of a window without a peek is computed whole") {
  // 3 positions in windows of two with the peek at the right: (0,2) is a window of its own.
  MachineSpec machine = machine_of("perforate", 2, 1);
  machine.prediction.window = {1, 2};
  machine.prediction.peeks = {"", {{0, 1}}};
  const Layer layer = row_layer(3, 3);
  const LayerValues values = computed(machine, layer, {1, 2, 3, 1, 2, 3, 1, 2, 3}, {1, 1, -3});
  const BothEngines both = run(machine, layer, values);
  CHECK(both.event.interpolated == 1);
  CHECK(both.event.tiles_dense == 1);
  CHECK(first_event(both, EventKind::tile).tile.live_pes == 2);
  CHECK(first_event(both, EventKind::drain).amount == 3);
  CHECK(both.findings.stored == std::vector<float>{-2, -2, -3});
}

// Look-ahead.

namespace {

// 4 outputs of 5 taps on 2 rows, estimated and computed values of which are `value`.
struct LookedAhead {
  Layer layer = row_layer(5, 4);
  MachineSpec machine = machine_of("lookahead", 2, 1);
  std::vector<float> ifmap = std::vector<float>(20, 1.0f);
  std::vector<float> weight = std::vector<float>(5, 1.0f);

  LookedAhead() { machine.prediction.latency = 3; }
  BothEngines run(int ratio) {
    machine.parameters.by_key["prediction.lookahead_ratio"] = ratio;
    return ::run(machine, layer, computed(machine, layer, ifmap, weight));
  }
};

}  // namespace

TEST_CASE("a tile of the look-ahead takes its time by the ratio, rounded up") {
  LookedAhead l;
  // Loads until 2. Ratio 4: tiles of 2 cycles, 2-6, drained at 8, predict_ready 11. Neighbor tiles
  // of 5 cycles until 21, drained at 23, stored at 24.
  check_stalls(l.run(4).event, 4 + 10, 5, 0, 2, 3);
  check_stalls(l.run(3).event, 4 + 10, 5, 0, 2, 3);
  check_stalls(l.run(1).event, 10 + 10, 5, 0, 2, 3);
  check_stalls(l.run(2).event, 6 + 10, 5, 0, 2, 3);
  // Tiles of a cycle: the second waits until the two rows of the first have drained.
  check_stalls(l.run(5).event, 2 + 10, 5, 1, 2, 3);
  check_stalls(l.run(64).event, 2 + 10, 5, 1, 2, 3);
}

TEST_CASE("the look-ahead counts MACs, reads and comparisons of its own") {
  LookedAhead l;
  const Counters n = l.run(4).event;
  CHECK(n.tiles_lookahead == 2);
  CHECK(n.tiles_neighbor == 2);
  CHECK(n.tiles_peek == 0);
  CHECK(n.lookahead_macs == 20);
  CHECK(n.lookahead_ifmap_reads == 20);
  CHECK(n.lookahead_weight_reads == 10);
  CHECK(n.macs_total == 20);
  CHECK(n.macs_executed == 20);
  CHECK(n.ifmap_reads == 20);
  CHECK(n.weight_reads == 10);
  CHECK(n.ofmap_writes == 4);
  CHECK(n.comparisons == 4);
  CHECK(n.peeks == 0);
  CHECK(n.neighbors == 4);
  CHECK(n.windows == 4);
  CHECK(n.window_bits_peak == 4);
  CHECK(n.predicted_zero == 0);
}

TEST_CASE("the first neighbor tile starts when predictions are known, and not a cycle before") {
  LookedAhead l;
  for (const int latency : {0, 1, 2, 3, 10}) {
    CAPTURE(latency);
    l.machine.prediction.latency = latency;
    const BothEngines both = l.run(4);
    const Event& prediction = first_event(both, EventKind::prediction);
    CHECK(prediction.start == 8);
    CHECK(prediction.end == 8 + latency);
    CHECK(prediction.amount == 4);
    CHECK(first_event(both, EventKind::chunk, Pass::neighbor).start == 8 + latency);
    CHECK(both.event.predict_stall == 2 + latency);
    CHECK(both.event.cycles == 21 + latency);
  }
}

TEST_CASE(
    "where the look-ahead gates everything, a step ends with it and stores when it is known") {
  LookedAhead l;
  l.weight.assign(5, -1.0f);
  const Counters n = l.run(4).event;
  CHECK(n.tiles_neighbor == 0);
  CHECK(n.tiles_skipped == 2);
  CHECK(n.predicted_zero == 4);
  CHECK(n.correct_zero == 4);
  CHECK(n.macs_predicted == 20);
  CHECK(n.ofmap_writes == 0);
  // 2-6; predict_ready 11; stored at 12.
  check_stalls(n, 4, 0, 0, 2, 6);
}

TEST_CASE("what the look-ahead does not gate is computed from its first tap") {
  LookedAhead l;
  std::fill(l.ifmap.begin(), l.ifmap.end(), 0.0f);
  for (int c = 0; c < 5; ++c) l.ifmap[c * 4 + 1] = 1;  // one position is above 0
  const BothEngines both = l.run(4);
  const Counters& n = both.event;
  CHECK(n.predicted_zero == 3);
  CHECK(n.tiles_neighbor == 1);
  CHECK(n.tiles_skipped == 1);
  CHECK(n.macs_executed == 5);
  CHECK(n.macs_predicted == 15);
  CHECK(n.ifmap_reads == 5);
  CHECK(n.ofmap_writes == 1);
  CHECK(both.findings.stored == std::vector<float>{0, 5, 0, 0});
}

TEST_CASE("streamed weights are loaded for the look-ahead whole, and again for the neighbors") {
  LookedAhead l;
  l.machine.buffers.weight_bytes = 6;  // chunks of 3 and 2 taps
  const Counters n = l.run(2).event;
  CHECK(n.weight_fill_bytes == 4 * 5);  // two tiles of each pass
  // ceil(3/2) + ceil(2/2) a tile.
  CHECK(n.array_busy == 2 * 3 + 2 * 5);
}

// SnaPEA.

namespace {

// Outputs of one channel, or of K alike, that take `taps` of 4 taps each: weights are 1, -1, -1,
// -1.
struct CutShort {
  Layer layer;
  MachineSpec machine;
  std::vector<float> ifmap, weight;

  CutShort(const std::vector<int>& taps, int rows, int cols = 1)
      : layer(row_layer(4, static_cast<int>(taps.size()), cols)),
        machine(machine_of("snapea", rows, cols)) {
    for (int c = 0; c < 4; ++c)
      for (const int n : taps)
        ifmap.push_back(c == 0 ? (n == 1 ? 0.0f : 1.0f) : (n == c + 1 && c < 3 ? 1.0f : 0.0f));
    for (int k = 0; k < cols; ++k) weight.insert(weight.end(), {1, -1, -1, -1});
  }
  BothEngines run(bool alone = false) {
    machine.parameters.by_key["prediction.retire_alone"] = alone;
    return ::run(machine, layer, computed(machine, layer, ifmap, weight));
  }
  Cycle busy(bool alone = false) { return run(alone).event.array_busy; }
};

}  // namespace

TEST_CASE("in lock step a tile takes as long as its longest output") {
  CutShort c({1, 4, 1, 4}, 2);
  const Counters n = c.run().event;
  CHECK(n.cut_short == 2);
  CHECK(n.predicted_zero == 2);
  CHECK(n.correct_zero == 2);
  CHECK(n.false_zero == 0);
  CHECK(n.macs_predicted == 6);
  CHECK(n.tiles_dense == 2);
  CHECK(n.ifmap_reads == 10);
  CHECK(n.multicast_reads == 10);
  CHECK(n.latched_operands == 10);
  CHECK(n.weight_reads == 8);  // the largest of each tile
  CHECK(n.ofmap_writes == 4);
  CHECK(n.comparisons == 0);
  CHECK(n.windows == 0);
  // Loads until 2; 2-6, 6-10, drained at 12, stored at 13.
  check_stalls(n, 8, 0, 0, 2, 3);
}

TEST_CASE("a PE that retires alone takes the next output at once") {
  CutShort c({1, 4, 1, 4}, 2);
  const Counters n = c.run(true).event;
  // PE 0: 1, 1 and 4 taps, until 6. PE 1: 4.
  CHECK(n.tiles_dense == 1);
  CHECK(n.ifmap_reads == 10);
  CHECK(n.weight_reads == 10);
  CHECK(n.latched_operands == 10);
  // 2-8, two rows drained at 10, stored at 11.
  check_stalls(n, 6, 0, 0, 2, 3);
}

TEST_CASE("the slowest column ends the tile of PEs that retire alone") {
  // Channel 1 needs all taps of everything: 3 outputs of 4 taps on 2 PEs.
  CutShort c({1, 2, 1}, 2, 2);
  std::fill(c.weight.begin() + 4, c.weight.end(), 1.0f);
  CHECK(c.busy(true) == 8);
  c.machine.array.lanes = 3;  // two cycles for 4 taps
  CHECK(c.busy(true) == 4);
}

TEST_CASE("outputs that retire alone take whole cycles of the lanes") {
  CutShort c({3, 3, 4, 1}, 1);
  CHECK(c.busy(true) == 11);
  c.machine.array.lanes = 2;
  CHECK(c.busy(true) == 2 + 2 + 2 + 1);
  c.machine.array.lanes = 4;
  CHECK(c.busy(true) == 4);
}

TEST_CASE("outputs that retire alone leave one at a time, and the last of them at the end") {
  // 20 outputs of a tap on 4 PEs: 5 cycles of taps, but 16 outputs leave before the last four.
  CutShort c(std::vector<int>(20, 1), 4);
  check_stalls(c.run(true).event, 16, 0, 0, 2, 5);
  // In lock step every tile but the first waits three cycles for the drain before it.
  check_stalls(c.run().event, 5, 0, 12, 2, 5);
  // As many outputs as PEs, and fewer: nothing leaves before the end.
  CHECK(CutShort({1, 1, 1, 1}, 4).busy(true) == 1);
  CHECK(CutShort({1, 1}, 4).busy(true) == 1);
  CHECK(CutShort({1, 1, 1, 1, 1, 1, 1}, 4).busy(true) == 3);
}

TEST_CASE("a read width one smaller takes a cycle more, in lock step") {
  CutShort five_rows({4, 4, 4, 4, 4}, 5);  // 20 activations in 4 cycles
  five_rows.machine.buffers.ifmap_read_width = 5;
  CHECK(five_rows.busy() == 4);
  five_rows.machine.buffers.ifmap_read_width = 4;
  CHECK(five_rows.busy() == 5);
  CutShort shorter({4, 1, 1, 1, 1}, 5);  // 8 activations
  shorter.machine.buffers.ifmap_read_width = 2;
  CHECK(shorter.busy() == 4);
  shorter.machine.buffers.ifmap_read_width = 1;
  CHECK(shorter.busy() == 8);

  CutShort five_columns({4}, 1, 5);  // 20 weights
  five_columns.machine.buffers.weight_read_width = 5;
  CHECK(five_columns.busy() == 4);
  five_columns.machine.buffers.weight_read_width = 4;
  CHECK(five_columns.busy() == 5);
}

TEST_CASE("a read width one smaller takes a cycle more, where PEs retire alone") {
  // 5 columns of 10 taps, 6 cycles.
  CutShort c({1, 4, 1, 4}, 2, 5);
  CHECK(c.busy(true) == 6);
  for (int BufferSpec::*width : {&BufferSpec::ifmap_read_width, &BufferSpec::weight_read_width}) {
    c.machine.buffers.*width = 9;
    CHECK(c.busy(true) == 6);
    c.machine.buffers.*width = 8;
    CHECK(c.busy(true) == 7);
    c.machine.buffers.*width = 0;
  }
}

TEST_CASE("a chunk that no PE reaches is loaded and takes a cycle") {
  CutShort c({1, 1}, 2);
  c.machine.buffers.weight_bytes = 4;  // chunks of 2 taps
  const Counters n = c.run().event;
  CHECK(n.weight_fill_bytes == 4);
  CHECK(n.ifmap_reads == 2);
  CHECK(n.weight_reads == 1);
  CHECK(n.macs_predicted == 6);
  // The ifmap is there at 1, the chunks at 2 and 3; 2-3, 3-4, drained at 6, stored at 7.
  check_stalls(n, 2, 0, 0, 2, 3);
  c = CutShort({1, 3}, 2);  // a tap of the second chunk
  c.machine.buffers.weight_bytes = 4;
  CHECK(c.busy() == 3);
}

TEST_CASE("a guess is a comparison, at the threshold of the channel") {
  // One speculated tap, the largest weight, then the others.
  const Layer layer = row_layer(3, 3);
  MachineSpec machine = machine_of("snapea", 3, 1);
  machine.parameters.by_key["prediction.speculated_percent"] = 1;
  machine.prediction.threshold = 2;
  const LayerValues values = computed(machine, layer, {0, 1, 2, 1, 1, 1, 0, 0, 0}, {2, 1, -1});
  // After the speculated tap: 0, 2, 4. The first two are cut, and are false zeros.
  const BothEngines both = run(machine, layer, values);
  CHECK(both.event.comparisons == 3);
  CHECK(both.event.cut_short == 2);
  CHECK(both.event.false_zero == 2);
  CHECK(both.event.ifmap_reads == 1 + 1 + 3);
  CHECK(both.findings.stored == std::vector<float>{0, 0, 5});
}

TEST_CASE("with a negative activation the engines run the layer as policy none") {
  CutShort c({1, 4, 1, 4}, 2);
  c.ifmap.back() = -1;
  const Counters cut = c.run(true).event;
  c.machine.prediction.policy = "none";
  CHECK(difference(cut, c.run().event) == "");
}

namespace {

// A layer of 8-bit or f32 arithmetic whose activations are not negative.
LayerValues random_values(RandomCase& random, const MachineSpec& machine, const Layer& layer,
                          bool integer) {
  Operands operands;
  std::vector<float> weight(static_cast<std::size_t>(layer.K * layer.L()));
  for (float& w : weight) w = static_cast<float>(random.from(-127, 127)) / (integer ? 1 : 16);
  std::vector<float> ifmap = random.ifmap(layer);
  for (float& x : ifmap) x *= integer ? 64 : 1;
  for (int k = 0; k < layer.K; ++k) operands.bias.push_back(random.from(-4000, 4000));
  for (Count i = 0; layer.residual && i < layer.outputs(); ++i)
    operands.residual.push_back(static_cast<float>(random.from(-128, 127)));
  if (integer) {
    operands.integer = true;
    operands.ofmap_scale = 0.037f;
    operands.residual_multiplier = 0.83;
    operands.ofmap_limit = random.pick<double>({127, 32767});
    for (int k = 0; k < layer.K; ++k) operands.multiplier.push_back(0.0007 * random.from(1, 9));
  }
  return computed(machine, layer, ifmap, weight, operands);
}

}  // namespace

TEST_CASE("with streamed weights PEs retire in lock step, whatever the machine says") {
  int streamed = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    RandomCase random(seed);
    const Layer layer = random.layer();
    MachineSpec machine = random.machine_with_ties();
    machine.array.skip_zero_activations = false;
    machine.buffers.ifmap_banks = 0;
    machine.buffers.weight_bytes = 64;
    machine.prediction.policy = "snapea";
    machine.parameters.by_key["prediction.speculated_percent"] = random.pick<int>({0, 30});
    if (std::min(machine.array.cols, layer.K / layer.groups) * machine.precision.weight_bytes(1) >
        32)
      continue;
    const LayerValues values = random_values(random, machine, layer, false);
    if (!set_up_layer(machine, layer, false).plan.streamed) continue;
    const BothEngines together = run(machine, layer, values);
    machine.parameters.by_key["prediction.retire_alone"] = 1;
    const BothEngines alone = run(machine, layer, values);
    CHECK(difference(together.event, alone.event) == "");
    CHECK(first_difference(
              {together.event, alone.event, together.event_log, alone.event_log, {}}) == "");
    ++streamed;
  }
  CHECK(streamed >= 15);
}

TEST_CASE("exact cutting in 8-bit arithmetic stores what policy none stores, after the ReLU") {
  Count cut = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    RandomCase random(seed);
    const Layer layer = random.layer();
    MachineSpec machine = random.machine_with_ties();
    machine.array.skip_zero_activations = false;
    machine.buffers.ifmap_banks = 0;
    machine.prediction.policy = "none";
    const LayerValues values = random_values(random, machine, layer, true);
    const BothEngines dense = run(machine, layer, values);
    machine.prediction.policy = "snapea";
    machine.parameters.by_key["prediction.retire_alone"] = random.from(0, 1);
    const BothEngines exact = run(machine, layer, values);
    int wrong = 0;
    for (std::size_t i = 0; i < values.ofmap.size(); ++i)
      wrong += std::max(dense.findings.stored[i], 0.0f) != std::max(exact.findings.stored[i], 0.0f);
    CHECK(wrong == 0);
    CHECK(exact.event.false_zero == 0);
    cut += exact.event.cut_short;
  }
  CHECK(cut > 1000);
}
