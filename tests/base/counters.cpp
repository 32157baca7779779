// The one list of counters: everything that walks it sees every counter, and what does not add up
// is found.
#include "sim/base/counters.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/error.h"
#include "sim/base/overflow.h"

using namespace peeksim;

namespace {

// Every counter set to `value`.
Counters filled(Count value) {
  Counters counters;
  for_each_counter(counters, [&](const char*, const char*, Count& counter) { counter = value; });
  return counters;
}

void change(Counters& counters, const std::string& which, Count by) {
  for_each_counter(counters, [&](const char* name, const char*, Count& counter) {
    if (name == which) counter += by;
  });
}

// Counters that add up, no two parts of a sum alike.
Counters consistent() {
  Counters c;
  c.macs_executed = 100, c.macs_predicted = 20, c.macs_zero_gated = 3, c.macs_total = 123;
  c.correct_zero = 7, c.false_zero = 2, c.predicted_zero = 9;
  c.ofmap_writes = 31, c.outputs = 40;
  c.peeks = 16, c.comparisons = 16;
  c.array_busy = 50, c.predict_stall = 6, c.drain_stall = 5, c.memory_stall = 11, c.tail = 8;
  c.cycles = 80;
  c.ifmap_fill_bytes = 25, c.weight_fill_bytes = 8, c.residual_bytes = 32, c.dram_read_bytes = 65;
  return c;
}

std::string complaint(const Counters& counters) {
  try {
    check_conservation(counters, "conv1");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::internal);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("for_each_counter visits every field of the struct once, with a name and a meaning") {
  Counters counters;
  std::set<std::string> names;
  std::set<const Count*> fields;
  for_each_counter(counters, [&](const char* name, const char* meaning, Count& counter) {
    names.insert(name);
    fields.insert(&counter);
    CHECK(std::string(meaning).size() > 5);
  });
  CHECK(fields.size() == sizeof(Counters) / sizeof(Count));
  CHECK(names.size() == fields.size());
  CHECK(names.count("macs_total") == 1);
  CHECK(names.count("dram_write_bytes") == 1);
}

TEST_CASE("for_each_counter reads constant counters too") {
  const Counters counters = filled(3);
  Count total = 0;
  for_each_counter(counters, [&](const char*, const char*, Count counter) { total += counter; });
  CHECK(total == Count{3} * static_cast<Count>(sizeof(Counters) / sizeof(Count)));
}

TEST_CASE("counters add up, except for peaks, of which the maximum counts") {
  const std::set<std::string> peaks = {"window_bits_peak", "jobs_peak", "queue_peak"};
  for (const auto& [first, second] : {std::pair<Count, Count>{2, 5}, {5, 2}}) {
    Counters total = filled(first);
    total += filled(second);
    for_each_counter(total, [&](const char* name, const char*, Count counter) {
      CAPTURE(name);
      CHECK(counter == (peaks.count(name) > 0 ? 5 : 7));
    });
  }
}

TEST_CASE("each counter that would become too large is named instead of added") {
  const Counters list;
  for_each_counter(list, [](const char* name, const char*, Count) {
    const std::set<std::string> peaks = {"window_bits_peak", "jobs_peak", "queue_peak"};
    CAPTURE(name);
    Counters total = filled(1), more;
    change(total, name, max_count - 1);
    total += more;
    change(more, name, 1);
    std::string message;
    try {
      total += more;
    } catch (const Overflow& overflow) {
      message = overflow.what();
    }
    CHECK((message.rfind(std::string(name) + " becomes larger", 0) == 0) == !peaks.count(name));
  });
}

TEST_CASE("adding nothing changes nothing") {
  Counters total = consistent();
  total.window_bits_peak = 12;
  const Counters before = total;
  total += Counters();
  CHECK(total == before);
}

TEST_CASE("counters are equal only when every one is") {
  CHECK(filled(4) == filled(4));
  const Counters list;
  for_each_counter(list, [](const char* name, const char*, Count) {
    Counters other = filled(4);
    change(other, name, 1);
    CAPTURE(name);
    CHECK_FALSE(other == filled(4));
  });
}

TEST_CASE("counters that add up pass, and so do sums of them") {
  CHECK(complaint(Counters()).empty());
  CHECK(complaint(consistent()).empty());
  Counters total = consistent();
  total += consistent();
  CHECK(complaint(total).empty());
}

TEST_CASE("each equation that is broken, from either side, is named with the layer") {
  const std::vector<std::pair<std::string, std::vector<std::string>>> equations = {
      {"executed + predicted + zero-gated MACs = macs_total",
       {"macs_total", "macs_executed", "macs_predicted", "macs_zero_gated"}},
      {"correct_zero + false_zero = predicted_zero",
       {"correct_zero", "false_zero", "predicted_zero"}},
      {"ofmap_writes + predicted_zero - cut_short = outputs",
       {"ofmap_writes", "outputs", "cut_short"}},
      {"comparisons = peeks", {"comparisons", "peeks"}},
      {"array_busy + predict_stall + drain_stall + memory_stall + tail = cycles",
       {"cycles", "array_busy", "predict_stall", "drain_stall", "memory_stall", "tail"}},
      {"filled bytes = dram_read_bytes",
       {"ifmap_fill_bytes", "weight_fill_bytes", "residual_bytes", "dram_read_bytes"}}};
  for (const auto& [equation, names] : equations) {
    for (const std::string& name : names) {
      for (const Count by : {1, -1}) {
        CAPTURE(name);
        Counters counters = consistent();
        change(counters, name, by);
        const std::string text = complaint(counters);
        CHECK(text.find("conv1: counters do not add up: " + equation + ", but ") == 0);
        CHECK(text.find('\n') == std::string::npos);
      }
    }
  }
}

TEST_CASE("without peeks nothing is compared, or every output once") {
  Counters counters = consistent();
  counters.peeks = 0;
  for (const Count compared : {Count{0}, counters.outputs}) {
    counters.comparisons = compared;
    CHECK(complaint(counters).empty());
  }
  for (const Count compared : {Count{1}, counters.outputs - 1, counters.outputs + 1}) {
    counters.comparisons = compared;
    CHECK(complaint(counters).find("comparisons = peeks, but") != std::string::npos);
  }
}

TEST_CASE("a gated output must also be missing from the outputs that were written") {
  Counters counters = consistent();
  counters.correct_zero += 1;
  counters.predicted_zero += 1;
  CHECK(complaint(counters).find(
            "ofmap_writes + predicted_zero - cut_short = outputs, but 41 != 40") !=
        std::string::npos);
}
