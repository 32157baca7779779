#include "sim/report/numbers/summary.h"

#include <doctest/doctest.h>

#include "tests/report/sample.h"

using namespace peeksim;

TEST_CASE("a share of nothing is 0, not a division by zero") {
  CHECK(share(0, 0) == 0.0);
  CHECK(share(3, 4) == 0.75);
  CHECK(mac_reduction({}) == 0.0);
  CHECK(speed_up({}) == 0.0);
  CHECK(false_share({}) == 0.0);
  CHECK(utilisation({}, {}) == 0.0);
  CHECK(energy_ratio(5, 0) == 0.0);
}

TEST_CASE("every ratio has the denominator that its name says") {
  CounterPair pair;
  pair.machine.macs_total = pair.dense.macs_total = 1000;
  pair.machine.macs_predicted = 250;
  pair.machine.cycles = 80;
  pair.dense.cycles = 100;
  pair.machine.predicted_zero = 50;
  pair.machine.false_zero = 5;
  CHECK(mac_reduction(pair) == 0.25);
  CHECK(speed_up(pair) == 1.25);  // above 1: faster than without prediction
  CHECK(false_share(pair) == 0.1);
}

TEST_CASE("utilisation counts the slots of all PEs and lanes in all cycles, gated zeros as used") {
  Counters counters;
  counters.macs_executed = 30;
  counters.macs_zero_gated = 18;
  counters.macs_predicted = 1000;
  counters.cycles = 10;
  ArraySpec array;
  array.rows = 2, array.cols = 3, array.lanes = 4;
  CHECK(utilisation(counters, array) == 48.0 / 240);
}

TEST_CASE("buffer traffic is every byte through a port, a residual twice") {
  Counters counters;
  counters.ifmap_reads = 100;   // elements
  counters.weight_reads = 10;   // elements
  counters.ofmap_writes = 7;    // elements
  counters.predicted_zero = 3;  // elements, filled in as zeros
  counters.ifmap_fill_bytes = 300;
  counters.weight_fill_bytes = 160;
  counters.residual_bytes = 40;  // filled and read back
  counters.dram_read_bytes = 500;
  counters.dram_write_bytes = 60;  // read to be stored
  PrecisionSpec precision;
  precision.activation_bits = 16;
  precision.weight_bits = 32;
  const BufferTraffic bytes = buffer_traffic(counters, precision);
  CHECK(bytes.ifmap == 2 * 100 + 300);
  CHECK(bytes.weight == 4 * 10 + 160);
  CHECK(bytes.ofmap == 2 * 10 + 40 + 40 + 60);
  CHECK(buffer_bytes(counters, precision) == bytes.ifmap + bytes.weight + bytes.ofmap);
  CHECK(dram_bytes(counters) == 560);
}

TEST_CASE("the energy ratio is that of the dense machine to this one") {
  CHECK(energy_ratio(120, 80) == 1.5);
}

TEST_CASE("scopes sum the predicted layers, the convolutions, the network and streamed layers") {
  const RunResult run = sample_run();
  const std::vector<Scope> all = scopes(run);
  REQUIRE(all.size() == 4);
  const auto check = [&](std::size_t i, const char* name, std::vector<std::size_t> layers) {
    CHECK(all[i].name == name);
    CHECK(all[i].layers == static_cast<int>(layers.size()));
    CounterPair sum;
    for (const std::size_t layer : layers) sum += run.layers[layer].counters;
    CHECK(all[i].counters.machine == sum.machine);
    CHECK(all[i].counters.dense == sum.dense);
  };
  check(0, "predicted_layers", {1, 2});
  check(1, "convolutions", {0, 1});
  check(2, "network", {0, 1, 2});
  check(3, "streamed_layers", {2});
  CHECK(all[2].counters.machine == run.totals().machine);
}
