#include "sim/base/counters.h"

#include <algorithm>
#include <string>

#include "sim/base/bug.h"
#include "sim/base/overflow.h"

namespace peeksim {

namespace {

void sum(Count& into, Count value, const char* name) {
  add_checked(into, value, name);
}
void max(Count& into, Count value, const char*) {
  into = std::max(into, value);
}

void require_equal(Count left, Count right, const char* what, const char* equation) {
  if (left == right) return;
  throw bug(what, "counters do not add up: " + std::string(equation) + ", but " +
                      std::to_string(left) + " != " + std::to_string(right));
}

}  // namespace

Counters& Counters::operator+=(const Counters& other) {
#define PEEKSIM_ADD(name, how, source, meaning) how(name, other.name, #name);
  PEEKSIM_COUNTERS(PEEKSIM_ADD)
#undef PEEKSIM_ADD
  return *this;
}

bool operator==(const Counters& a, const Counters& b) {
#define PEEKSIM_SAME(name, how, source, meaning) &&a.name == b.name
  return true PEEKSIM_COUNTERS(PEEKSIM_SAME);
#undef PEEKSIM_SAME
}

void check_conservation(const Counters& c, const char* what) {
  require_equal(c.macs_executed + c.macs_predicted + c.macs_zero_gated, c.macs_total, what,
                "executed + predicted + zero-gated MACs = macs_total");
  require_equal(c.correct_zero + c.false_zero, c.predicted_zero, what,
                "correct_zero + false_zero = predicted_zero");
  // What is cut short is written all the same.
  require_equal(c.ofmap_writes + c.predicted_zero - c.cut_short, c.outputs, what,
                "ofmap_writes + predicted_zero - cut_short = outputs");
  // Without peeks nothing is compared, or every output: its estimate, or what it is so far.
  const Count compared = c.peeks > 0 || c.comparisons == 0 ? c.peeks : c.outputs;
  require_equal(compared, c.comparisons, what, "comparisons = peeks");
  require_equal(c.array_busy + c.predict_stall + c.drain_stall + c.memory_stall + c.tail, c.cycles,
                what, "array_busy + predict_stall + drain_stall + memory_stall + tail = cycles");
  require_equal(c.ifmap_fill_bytes + c.weight_fill_bytes + c.residual_bytes, c.dram_read_bytes,
                what, "filled bytes = dram_read_bytes");
}

}  // namespace peeksim
