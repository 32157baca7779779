// What is counted before it is priced: every action in closed form, and on its page.
#include "sim/cost/energy_actions.h"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>

#include "tests/support/temp_folder.h"

using namespace peeksim;

namespace {

using Counts = std::map<std::string, double>;  // {"ifmap_buffer read", 7}

Counts counts_of(const Counters& counters, const PrecisionSpec& precision) {
  Counts counts;
  for (const EnergyComponent& component : energy_components())
    for (const EnergyAction& action : component.actions)
      counts[std::string(component.name) + " " + action.name] = action.count(counters, precision);
  return counts;
}

}  // namespace

TEST_CASE("every action is counted from the counters alone") {
  Counters c;
  c.macs_executed = 2, c.macs_predicted = 3, c.macs_zero_gated = 5;
  c.ifmap_reads = 7, c.weight_reads = 11, c.ofmap_writes = 13, c.predicted_zero = 17;
  c.ifmap_fill_bytes = 19, c.weight_fill_bytes = 23, c.residual_bytes = 29;
  c.dram_read_bytes = 31, c.dram_write_bytes = 37;
  c.comparisons = 41, c.windows = 43, c.cycles = 47;
  c.decision_macs = 67, c.cut_short = 1;
  c.lookahead_macs = 71, c.lookahead_ifmap_reads = 73, c.lookahead_weight_reads = 79;
  c.multicast_reads = 3, c.weight_selects = 53, c.latched_operands = 59, c.zero_flags = 61;
  const Counts expected = {{"mac executed", 2},
                           {"mac gated", 3 + 5},
                           {"mac lookahead", 71},
                           {"psum update", 2},
                           {"psum lookahead", 71},
                           {"transfer row", 2 * (7 - 3)},
                           {"transfer column", 4 * 11},
                           {"transfer job_column", 4 * 53},
                           {"transfer multicast", 2 * 3},
                           {"transfer lookahead_row", 73},
                           {"transfer lookahead_column", 79},
                           {"ifmap_buffer read", 2 * 7},
                           {"ifmap_buffer fill", 19},
                           {"ifmap_buffer lookahead", 73},
                           {"weight_buffer read", 4 * 11},
                           {"weight_buffer fill", 23},
                           {"weight_buffer lookahead", 79},
                           {"ofmap_buffer write", 2 * 13},
                           {"ofmap_buffer fill", 2 * (17 - 1)},
                           {"ofmap_buffer fill_and_read", 29},
                           {"ofmap_buffer read", 37},
                           {"dram access", 31 + 37},
                           {"prediction comparison", 41},
                           {"prediction window_bit", 43},
                           {"prediction decision", 67},
                           {"dispatch tag", 3},
                           {"dispatch latch", 2 * 59},
                           {"dispatch select", 4 * 53},
                           {"zero_skip flag", 61},
                           {"leakage cycle", 47}};
  CHECK(counts_of(c, {16, 32}) == expected);
}

TEST_CASE("elements of half bytes are bytes and their halves, however many they are") {
  Counters c;
  c.ifmap_reads = 3, c.weight_reads = 5;
  const Counts few = counts_of(c, {4, 12});
  CHECK(few.at("ifmap_buffer read") == 1.5);
  CHECK(few.at("weight_buffer read") == 7.5);
  c.ifmap_reads = max_count - 1, c.weight_reads = max_count;
  const Counts many = counts_of(c, {4, 32});
  CHECK(many.at("ifmap_buffer read") == static_cast<double>(max_count) / 2);  // rounded once
  CHECK(many.at("weight_buffer read") == static_cast<double>(max_count) * 4);
}

TEST_CASE("counters of 0 mean no actions") {
  for (const auto& action : counts_of(Counters(), {8, 8})) {
    CAPTURE(action.first);
    CHECK(action.second == 0);
  }
}

TEST_CASE("the page of energies lists every action with its unit") {
  const std::string page = read_bytes(PEEKSIM_SOURCE_DIR "/docs/energy.md");
  std::set<std::string> components;
  for (const EnergyComponent& component : energy_components()) {
    CHECK(components.insert(component.name).second);
    std::set<std::string> actions;
    for (const EnergyAction& action : component.actions) {
      CHECK(actions.insert(action.name).second);
      const std::string row = "| `" + std::string(component.name) + "` | `" + action.name + "` | " +
                              action.unit + " | ";
      CAPTURE(row);
      CHECK(page.find(row) != std::string::npos);
    }
  }
}
