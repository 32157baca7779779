// Rankings and Pareto fronts of result rows, and the metrics in the rows.
#include <doctest/doctest.h>

#include "sim/cost/energy_per_action.h"
#include "sim/report/numbers/priced.h"
#include "sim/sweep/design/metric.h"
#include "sim/sweep/store/pareto.h"

using namespace peeksim;

namespace {

std::vector<SweepRow> rows_of(const std::vector<std::vector<std::optional<double>>>& values) {
  std::vector<SweepRow> rows;
  for (std::size_t i = 0; i < values.size(); ++i) {
    rows.emplace_back();
    rows.back().position = static_cast<std::int64_t>(i);
    rows.back().values = values[i];
  }
  return rows;
}

std::vector<std::int64_t> positions(const std::vector<const SweepRow*>& rows) {
  std::vector<std::int64_t> all;
  for (const SweepRow* row : rows) all.push_back(*row->position);
  return all;
}

using Positions = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("rows are ranked from best to worst, equal ones as they stood") {
  const std::vector<SweepRow> rows = rows_of({{3}, {1}, {std::nullopt}, {2}, {1}});
  CHECK(positions(ranked(rows, 0, false)) == Positions{1, 4, 3, 0});
  CHECK(positions(ranked(rows, 0, true)) == Positions{0, 3, 1, 4});
}

TEST_CASE("a Pareto front has the points that no other dominates") {
  const std::vector<Objective> both = {{"cycles", false}, {"speed_up", true}};
  // 1 is beaten by 0; 2 trades; 3 equals 0 and stays; 4 lacks a value; 5 is as good as 2 in one.
  const std::vector<SweepRow> rows =
      rows_of({{10, 2}, {11, 2}, {20, 3}, {10, 2}, {1, std::nullopt}, {21, 3}});
  CHECK(positions(pareto_front(rows, both)) == Positions{0, 2, 3});
  CHECK(positions(pareto_front(rows, {{"cycles", false}})) == Positions{4});
  CHECK(pareto_front({}, both).empty());
}

TEST_CASE("a Pareto front is what a search through all pairs finds") {
  std::vector<std::vector<std::optional<double>>> values;
  std::uint32_t state = 1;
  for (int i = 0; i < 300; ++i) {
    values.emplace_back();
    for (int k = 0; k < 3; ++k) {
      state = state * 1664525 + 1013904223;
      values.back().emplace_back(state >> 28);
    }
  }
  const std::vector<SweepRow> rows = rows_of(values);
  Positions expected;
  for (int i = 0; i < 300; ++i) {
    bool beaten = false;
    for (int j = 0; j < 300; ++j) {
      bool as_good = true, better = false;
      for (int k = 0; k < 3; ++k) {
        as_good = as_good && *values[j][k] <= *values[i][k];
        better = better || *values[j][k] < *values[i][k];
      }
      beaten = beaten || (as_good && better);
    }
    if (!beaten) expected.push_back(i);
  }
  CHECK(positions(pareto_front(
            rows, {{"cycles", false}, {"energy", false}, {"false_zero_share", false}})) ==
        expected);
}

TEST_CASE("metrics are those of reports") {
  RunResult run;
  CounterPair& counters = run.layers.emplace_back().counters;
  counters.machine.cycles = 500;
  counters.dense.cycles = 1000;
  counters.machine.macs_total = 10;
  counters.machine.macs_predicted = 4;
  run.machine.clock_mhz = 500;
  EnergyPerAction energies;
  energies.mac[8] = 2;
  energies.operand_transfer = 0;
  energies.dram = {{"generic", 0}};
  energies.buffer_read = energies.buffer_write = energies.buffer_fill =
      CapacityCurve({{1024, 1.0}});
  const EnergyTable table = energy_table("made up", energies);
  counters.machine.macs_executed = 6;
  const PricedResult priced = price_run(run, table);
  const auto value = [&](const char* name) {
    return find_metric(name, {}).value(
        {priced.network, run.machine, run.trace.images, priced.unit});
  };
  CHECK(value("cycles") == 500);
  CHECK(value("seconds") == 1e-6);
  CHECK(value("energy") == 12);
  CHECK(value("edp") == 12e-6);
  CHECK(value("speed_up") == 2);
  CHECK(value("mac_reduction") == 0.4);
  for (const Metric& metric : metrics()) {
    CAPTURE(metric.name);
    CHECK(std::string(metric.meaning) != "");
    CHECK(std::string(metric.unit) != "");
  }
}
