// What is true of every layer on every machine, tried on a few hundred random ones.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "sim/base/error.h"
#include "tests/support/layer_values.h"
#include "tests/support/random_case.h"
#include "tests/support/simulate.h"

using namespace peeksim;

namespace {

// One random layer and machine; simulates variants of the machine that share its hardware.
struct Case {
  Layer layer;
  MachineSpec machine;
  LayerValues values;
  Engine* engine = nullptr;

  explicit Case(int seed) {
    RandomCase random(static_cast<std::uint64_t>(seed));
    layer = random.layer();
    machine = random.machine();
    values.ofmap = random.ofmap(layer);
    tell_ifmap(machine, layer, random.ifmap(layer), values);
    engine = &fresh_engine();
  }

  Counters simulate(const MachineSpec& variant) const {
    return peeksim::simulate(*engine, variant, layer, values);
  }
  Counters simulate(const std::string& policy, const std::string& dispatch) const {
    MachineSpec variant = machine;
    variant.prediction.policy = policy;
    variant.array.dispatch = dispatch;
    return simulate(variant);
  }

  // The machine cannot run the layer: a buffer is too small.
  bool refused() const {
    try {
      set_up_layer(machine, layer, false);
      return false;
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::machine);
      return true;
    }
  }
};

// Calls visit(case) for `wanted` random cases that the machine can run.
template <class Visit>
void for_random_cases(int first_seed, int wanted, Visit&& visit) {
  int seed = first_seed;
  for (int ran = 0; ran < wanted; ++seed) {
    REQUIRE(seed < first_seed + 4 * wanted);
    const Case c(seed);
    CAPTURE(seed);
    if (c.refused()) continue;
    visit(c);
    ++ran;
  }
}

Count count_small(const std::vector<float>& values) {
  return std::count_if(values.begin(), values.end(), [](float value) { return value <= 0; });
}

void check_parts(const Case& c, const Counters& n) {
  for_each_counter(n, [](const char* name, const char*, Count value) {
    CAPTURE(name);
    CHECK(value >= 0);
  });
  CHECK(n.macs_total == c.layer.macs());
  CHECK(n.macs_executed + n.macs_predicted + n.macs_zero_gated == n.macs_total);
  CHECK(n.array_busy + n.predict_stall + n.drain_stall + n.memory_stall + n.tail == n.cycles);
  CHECK(n.outputs == c.layer.outputs());
  CHECK(n.ofmap_writes == n.outputs - n.predicted_zero);
  CHECK(n.correct_zero + n.false_zero == n.predicted_zero);
  CHECK(n.macs_predicted == n.predicted_zero * c.layer.L());
  if (c.values.zero_taps.empty()) CHECK(n.macs_zero_gated == 0);
}

void check_traffic(const Case& c, const Counters& n) {
  // Each store has whole bytes, of at least one output.
  const int bits = c.machine.precision.activation_bits;
  CHECK(8 * n.dram_write_bytes >= n.outputs * bits);
  CHECK(8 * n.dram_write_bytes <= n.outputs * (bits + (bits % 8 == 0 ? 0 : 4)));
  CHECK(n.residual_bytes == (c.layer.residual ? n.dram_write_bytes : 0));
  CHECK(n.dram_read_bytes == n.ifmap_fill_bytes + n.weight_fill_bytes + n.residual_bytes);
  // All transfers pass the one channel, and the last store is the last of a group's.
  const DramSpec& dram = c.machine.dram;
  CHECK(n.cycles >= dram.transfer_cycles(n.dram_read_bytes + n.dram_write_bytes) +
                        c.layer.groups * dram.latency);
}

// A step waits for the store before the last; the last store itself is always in the tail.
void check_times(const Case& c, const Counters& n) {
  const ArraySpec& array = c.machine.array;
  CHECK(n.tail >= c.layer.groups * (1 + c.machine.dram.latency));
  const Count skipped = array.skip_zero_activations ? n.macs_zero_gated : 0;
  CHECK(n.array_busy * array.rows * array.cols * array.lanes >=
        n.ofmap_writes * c.layer.L() - skipped);
  const BufferSpec& buffers = c.machine.buffers;
  if (buffers.ifmap_read_width > 0) CHECK(n.array_busy * buffers.ifmap_read_width >= n.ifmap_reads);
  if (buffers.weight_read_width > 0)
    CHECK(n.array_busy * buffers.weight_read_width >= n.weight_reads);
  const Count tiles = n.tiles_dense + n.tiles_peek + n.tiles_neighbor;
  CHECK(n.array_busy >=
        tiles * (array.skip_zero_activations ? 1 : ceil_div(c.layer.L(), array.lanes)));
  CHECK(n.ofmap_writes <= tiles * array.rows * array.cols);
}

void check_prediction(const Counters& n, const std::string& policy) {
  const bool peeks = policy == "peek";
  CHECK((n.tiles_dense > 0) == (policy == "none"));
  CHECK(n.comparisons == n.peeks);
  CHECK(n.peeks + n.neighbors == (peeks ? n.outputs : 0));
  CHECK((n.windows > 0) == peeks);
  CHECK((n.window_bits_peak > 0) == peeks);
  CHECK(n.window_bits_peak <= n.windows);
  if (peeks) CHECK(n.predicted_zero <= n.neighbors);
  if (!peeks) CHECK(n.tiles_peek == 0);
  if (policy == "none") CHECK(n.predicted_zero + n.tiles_skipped + n.predict_stall == 0);
  if (policy == "oracle") CHECK(n.false_zero + n.predict_stall == 0);
}

}  // namespace

TEST_CASE("MACs, outputs, cycles and bytes add up on random layers and machines") {
  std::map<std::string, int> seen;
  for_random_cases(1, 800, [&](const Case& c) {
    const Counters n = c.simulate(c.machine);
    check_parts(c, n);
    check_traffic(c, n);
    check_times(c, n);
    // A machine of windows without a neighbor still runs its predictor.
    check_prediction(n, n.tiles_dense > 0 ? "none" : c.machine.prediction.policy);
    seen[c.machine.prediction.policy] += 1;
    seen["streamed"] += set_up_layer(c.machine, c.layer, false).plan.streamed;
    seen["grouped"] += c.layer.groups > 1;
    seen["residual"] += c.layer.residual;
    seen["gated"] += n.predicted_zero > 0;
    seen["predict_stall"] += n.predict_stall > 0;
    seen["drain_stall"] += n.drain_stall > 0;
    seen["memory_stall"] += n.memory_stall > 0;
    seen["tiles_skipped"] += n.tiles_skipped > 0;
    seen["skipping"] += n.zero_flags > 0;
    seen["jobs"] += n.jobs_peak > 0;
    seen["many steps"] += n.ifmap_fill_bytes > c.machine.buffers.ifmap_bytes;
  });
  for (const char* kind :
       {"none", "peek", "oracle", "streamed", "grouped", "residual", "gated", "predict_stall",
        "drain_stall", "memory_stall", "tiles_skipped", "skipping", "jobs", "many steps"})
    CHECK_MESSAGE(seen[kind] >= 20, kind << ": " << seen[kind]);
}

TEST_CASE("the oracle gates every output that is at most 0: more correct zeros than any peeks") {
  for_random_cases(10001, 200, [](const Case& c) {
    MachineSpec variant = c.machine;
    variant.prediction.policy = "oracle";
    const Counters oracle = c.simulate(variant);
    CHECK(oracle.correct_zero == count_small(c.values.ofmap));
    CHECK(oracle.false_zero == 0);
    CHECK(oracle.correct_zero >= c.simulate(c.machine).correct_zero);
  });
}

TEST_CASE("where every position is a peek, nothing is predicted and nothing is left to do") {
  for_random_cases(20001, 100, [](const Case& c) {
    MachineSpec variant = c.machine;
    variant.prediction.policy = "peek";
    variant.prediction.peeks = {"all", {}};
    if (Case one = c; one.machine = variant, one.refused()) return;
    const Counters n = c.simulate(variant);
    CHECK(n.predicted_zero == 0);
    CHECK(n.tiles_neighbor == 0);
    CHECK(n.tiles_skipped == 0);
    CHECK(n.ofmap_writes == n.outputs);
    CHECK(n.predict_stall == 0);
  });
}

TEST_CASE("a higher threshold predicts no less, and one that is never met predicts nothing") {
  for_random_cases(30001, 150, [](const Case& c) {
    Count last = 0;
    for (const double threshold : {never_predicted, -1.0, 0.0, 0.5, 1e9}) {
      MachineSpec variant = c.machine;
      variant.prediction.threshold = threshold;
      const Counters n = c.simulate(variant);
      if (c.machine.prediction.policy == "peek") {
        CHECK(n.predicted_zero >= last);
        if (threshold == never_predicted) CHECK(n.predicted_zero == 0);
      } else {
        CHECK(n == c.simulate(c.machine));  // the others do not ask for it
      }
      last = n.predicted_zero;
    }
  });
}

TEST_CASE("dispatch changes tiles and time, but neither what is computed nor what is stored") {
  int fewer = 0, even_fewer = 0, fewest = 0;
  for_random_cases(40001, 200, [&](const Case& c) {
    const std::string& policy = c.machine.prediction.policy;
    const Counters gate = c.simulate(policy, "gate");
    const Counters row_skip = c.simulate(policy, "row_skip");
    const Counters packed = c.simulate(policy, "packed");
    const Counters balanced = c.simulate(policy, "balanced");
    const Counters filled = c.simulate(policy, "balanced_fill");
    for (const Counters& other : {row_skip, packed, balanced, filled}) {
      CHECK(other.macs_executed == gate.macs_executed);
      CHECK(other.macs_zero_gated == gate.macs_zero_gated);
      CHECK(other.predicted_zero == gate.predicted_zero);
      CHECK(other.ofmap_writes == gate.ofmap_writes);
      CHECK(other.tiles_peek == gate.tiles_peek);
      CHECK(other.dram_write_bytes == gate.dram_write_bytes);
      CHECK(other.ifmap_fill_bytes == gate.ifmap_fill_bytes);
      CHECK(other.tiles_skipped == 0);
    }
    CHECK(row_skip.tiles_neighbor <= gate.tiles_neighbor);
    CHECK(packed.tiles_neighbor <= row_skip.tiles_neighbor);
    CHECK(balanced.tiles_neighbor <= packed.tiles_neighbor);
    CHECK(filled.tiles_neighbor <= balanced.tiles_neighbor);
    fewer += packed.tiles_neighbor < gate.tiles_neighbor;
    even_fewer += balanced.tiles_neighbor < packed.tiles_neighbor;
    fewest += filled.tiles_neighbor < balanced.tiles_neighbor;
    // Where taps are skipped, which ones depends on which positions share a tile.
    if (c.machine.array.skip_zero_activations) return;
    // A position that is live for gate is live for row_skip: the same reads, in fewer tiles.
    CHECK(row_skip.ifmap_reads == gate.ifmap_reads);
    const BufferSpec& buffers = c.machine.buffers;
    if (buffers.ifmap_read_width == 0 && buffers.weight_read_width == 0) {
      CHECK(row_skip.array_busy <= gate.array_busy);
      CHECK(packed.array_busy <= row_skip.array_busy);
      CHECK(balanced.array_busy <= packed.array_busy);
      CHECK(filled.array_busy <= balanced.array_busy);
    }
  });
  CHECK(fewer >= 20);
  CHECK(even_fewer >= 20);
  CHECK(fewest >= 5);
}

TEST_CASE("skipping zero activations saves time, and changes nothing that is computed or moved") {
  int faster = 0;
  for_random_cases(45001, 200, [&](const Case& c) {
    Case plain = c, skipping = c;
    plain.machine.array.gate_zero_activations = skipping.machine.array.gate_zero_activations = true;
    plain.machine.array.skip_zero_activations = false;
    skipping.machine.array.skip_zero_activations = true;
    skipping.machine.array.zero_lookahead = 0;  // runs shorter than the lanes can take longer
    RandomCase random(7);
    const std::vector<float> ifmap = random.ifmap(c.layer);
    tell_ifmap(plain.machine, c.layer, ifmap, plain.values);
    tell_ifmap(skipping.machine, c.layer, ifmap, skipping.values);
    const Counters all = plain.simulate(plain.machine), few = skipping.simulate(skipping.machine);
    CHECK(few.array_busy <= all.array_busy);
    CHECK(few.ifmap_reads <= all.ifmap_reads);
    CHECK(few.weight_reads <= all.weight_reads);
    CHECK(few.zero_flags == all.ifmap_reads);
    CHECK(all.zero_flags == 0);
    CHECK(few.macs_executed == all.macs_executed);
    CHECK(few.macs_zero_gated == all.macs_zero_gated);
    CHECK(few.ofmap_writes == all.ofmap_writes);
    CHECK(few.dram_read_bytes == all.dram_read_bytes);
    faster += few.cycles < all.cycles;
  });
  CHECK(faster >= 50);
}

TEST_CASE("without prediction neither values nor prediction settings nor dispatch matter") {
  for_random_cases(50001, 100, [](const Case& c) {
    Case other = c;
    for (float& value : other.values.ofmap) value = 1 - value;
    other.machine.prediction.window = {3, 2};
    other.machine.prediction.peeks = {"corner", {}};
    other.machine.prediction.threshold = 5;
    Counters dense = c.simulate("none", "gate");
    CHECK(other.simulate("none", "packed") == dense);
    other.layer.activation = Activation::none;
    CHECK(other.simulate("peek", "row_skip") == dense);
  });
}

TEST_CASE("an accelerator keeps nothing of what it ran before") {
  for_random_cases(60001, 100, [](const Case& c) {
    const Counters first = c.simulate(c.machine);
    c.simulate("none", "gate");
    c.simulate("oracle", "packed");
    CHECK(c.simulate(c.machine) == first);
  });
}

TEST_CASE(
    "a dense layer of one block computes for ceil(PQ/rows) ceil(K/cols) ceil(L/lanes) cycles") {
  for (int seed = 70001; seed <= 70200; ++seed) {
    CAPTURE(seed);
    RandomCase random(static_cast<std::uint64_t>(seed));
    const Layer layer = random.layer();
    MachineSpec machine = random.machine();
    machine.prediction.policy = "none";
    machine.buffers = {Bytes{1} << 30, Bytes{1} << 30, Bytes{1} << 30, 0, 0};
    const LayerSetup setup = set_up_layer(machine, layer, false);
    REQUIRE(setup.plan.blocks.size() == 1);
    const Counters n = simulate(fresh_engine(), machine, layer, {random.ofmap(layer), {}});
    const ArraySpec& array = machine.array;
    const Count tiles = ceil_div(layer.positions(), array.rows) *
                        ceil_div(layer.K / layer.groups, array.cols) * layer.groups;
    CHECK(n.tiles_dense == tiles);
    CHECK(n.array_busy == tiles * ceil_div(layer.L(), array.lanes));
    CHECK(n.predict_stall == 0);
  }
}
