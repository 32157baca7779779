#include "tests/report/sample.h"

#include "sim/cost/energy_per_action.h"

namespace peeksim {

namespace {

// Counters that add up, every one of another size; `n` makes layers and images differ.
Counters sample_counters(Count n, bool predicts) {
  Counters c;
  c.macs_predicted = predicts ? 300 * n : 0;
  c.macs_zero_gated = 200 * n;
  c.macs_executed = 1000 * n - c.macs_predicted - c.macs_zero_gated;
  c.macs_total = 1000 * n;
  c.outputs = 100 * n;
  if (predicts) {
    c.peeks = 50 * n;
    c.neighbors = 50 * n;
    c.predicted_zero = 30 * n;
    c.correct_zero = 27 * n;
    c.false_zero = 3 * n;
    c.windows = 25 * n;
    c.window_bits_peak = 11 + n;
    c.comparisons = c.peeks;
    c.tiles_peek = 7 * n;
    c.tiles_neighbor = 5 * n;
    c.tiles_skipped = 2 * n;
    c.predict_stall = 4 * n;
  } else {
    c.tiles_dense = 13 * n;
  }
  c.array_busy = predicts ? 240 * n : 400 * n;
  c.drain_stall = 3 * n;
  c.memory_stall = 40 * n;
  c.tail = 6 * n;
  c.cycles = c.array_busy + c.predict_stall + c.drain_stall + c.memory_stall + c.tail;
  c.ifmap_reads = 500 * n;
  c.weight_reads = 450 * n;
  c.ofmap_writes = c.outputs - c.predicted_zero;
  c.ifmap_fill_bytes = 60 * n;
  c.weight_fill_bytes = 70 * n;
  c.residual_bytes = 10 * n;
  c.dram_read_bytes = 140 * n;
  c.dram_write_bytes = 100 * n;
  return c;
}

CounterPair sample_pair(Count n, bool predicts) {
  return {sample_counters(n, predicts), sample_counters(n, false)};
}

Layer sample_layer(const std::string& name) {
  Layer layer;
  layer.name = name;
  layer.C = 2, layer.H = 6, layer.W = 8, layer.K = 4, layer.R = 3, layer.S = 3;
  layer.pad_top = 1, layer.pad_left = 2;
  layer.stride_w = 2;
  return layer;
}

}  // namespace

EnergyTable sample_table() {
  EnergyPerAction energies;
  energies.mac = {{8, 1.0}};
  const CapacityCurve free({{1024, 0.0}});
  energies.buffer_read = energies.buffer_write = energies.buffer_fill = free;
  energies.operand_transfer = 0;
  energies.dram = {{"generic", 2}};
  EnergyTable table = energy_table("simple", energies);
  table.source = "made up";
  table.price = [price = table.price](const EnergyComponent& component, const EnergyAction& action,
                                      const MachineSpec& machine, const Counters& done) {
    return action.on_every_machine ? price(component, action, machine, done) : 0;
  };
  return table;
}

RunResult sample_run() {
  RunResult run;
  run.machine.name = "sample";
  run.machine.array.rows = run.machine.array.cols = 2;
  run.trace.file = "sample.h5";
  run.trace.network = "samplenet";
  run.trace.origin = "made up";
  run.trace.sha256 = std::string(32, 'a') + std::string(32, 'b');
  run.trace.images = 2;
  run.images = {{"cat", {}}, {"dog", {}}};
  const char* const names[] = {"first", "plain", "fc"};
  for (Count i = 0; i < 3; ++i) {
    const bool predicts = i > 0;
    LayerResult layer;
    layer.layer = sample_layer(names[i]);
    layer.policy = predicts ? "peek" : "none";
    layer.excluded = predicts ? "" : "excluded by 'first'";
    layer.streamed = i == 2;
    layer.zeros_known = i != 1;
    for (Count image = 0; image < 2; ++image) {
      const CounterPair pair = sample_pair(2 * i + image + 1, predicts);
      layer.counters += pair;
      run.images[image].counters += pair;
    }
    run.layers.push_back(layer);
  }
  Layer& fc = run.layers[2].layer;
  fc = Layer();
  fc.name = "fc";
  fc.kind = LayerKind::fc;
  fc.C = 5, fc.K = 10;
  return run;
}

}  // namespace peeksim
