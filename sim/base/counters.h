// The counters of a simulated layer, exact integers (docs/machine.md section 6). One row of
// PEEKSIM_COUNTERS per counter: a new row appears in sums, reports and files.
#pragma once

#include "sim/base/units.h"

// X(name, how layers and images combine: sum or max, where it comes from: a CounterSource, meaning)
#define PEEKSIM_COUNTERS(X)                                                                        \
  X(macs_total, sum, values, "MACs of the layer, padding taps included")                           \
  X(macs_executed, sum, values, "MACs that the array computes")                                    \
  X(macs_predicted, sum, values,                                                                   \
    "MACs never executed: taps of outputs not computed, or cut short")                             \
  X(macs_zero_gated, sum, values, "MACs of computed outputs whose activation is 0 or padding")     \
  X(outputs, sum, program, "ofmap elements")                                                       \
  X(peeks, sum, program, "outputs computed first")                                                 \
  X(neighbors, sum, program, "outputs of a window that are not peeks")                             \
  X(predicted_zero, sum, values, "outputs gated, those cut short included")                        \
  X(correct_zero, sum, values, "outputs gated whose value is at most 0")                           \
  X(false_zero, sum, values, "outputs gated whose value is above 0")                               \
  X(windows, sum, program, "windows, counted per channel")                                         \
  X(window_bits_peak, max, program, "window bits that the prediction unit must store")             \
  X(comparisons, sum, checked, "peeks compared with the threshold")                                \
  X(tiles_dense, sum, program, "tiles of the dense pass")                                          \
  X(tiles_peek, sum, program, "tiles of the peek pass")                                            \
  X(tiles_neighbor, sum, program, "tiles of the neighbor pass")                                    \
  X(tiles_skipped, sum, program, "neighbor tiles without a live PE")                               \
  X(cycles, sum, measured, "from the layer's start to the completion of its last store")           \
  X(array_busy, sum, measured, "cycles in which the array computes")                               \
  X(predict_stall, sum, measured, "cycles in which the array waits for a prediction")              \
  X(drain_stall, sum, measured, "cycles in which a tile waits for the previous drain")             \
  X(memory_stall, sum, measured, "cycles in which the array waits for data or for a step's start") \
  X(tail, sum, measured, "cycles after the array's last step")                                     \
  X(ifmap_reads, sum, checked, "elements read from the ifmap buffer")                              \
  X(weight_reads, sum, checked, "elements read from the weight buffer")                            \
  X(ofmap_writes, sum, checked, "elements written to the ofmap buffer")                            \
  X(ifmap_fill_bytes, sum, checked, "bytes loaded into the ifmap buffer")                          \
  X(weight_fill_bytes, sum, checked, "bytes loaded into the weight buffer")                        \
  X(residual_bytes, sum, checked, "residual bytes loaded into the ofmap buffer")                   \
  X(dram_read_bytes, sum, checked, "bytes read from DRAM")                                         \
  X(dram_write_bytes, sum, checked, "bytes written to DRAM")                                       \
  X(multicast_reads, sum, program, "elements of ifmap_reads that may go to any PE")                \
  X(weight_selects, sum, program, "weights selected by a column's multiplexer")                    \
  X(latched_operands, sum, program, "activations that a PE latches for itself")                    \
  X(zero_flags, sum, program, "flags of zero activations looked at")                               \
  X(jobs_peak, max, program, "jobs of a step's neighbor pass")                                     \
  X(queue_peak, max, program, "closed jobs that wait for a full tile")                             \
  X(decision_macs, sum, program, "MACs of the predictor's own, for its decisions")                 \
  X(cut_short, sum, values, "outputs gated after some of their taps")                              \
  X(interpolated, sum, program, "outputs that take the value of another one")                      \
  X(tiles_lookahead, sum, program, "tiles of the look-ahead pass")                                 \
  X(lookahead_macs, sum, program, "MACs of the look-ahead, at few bits")                           \
  X(lookahead_ifmap_reads, sum, program, "elements read from the ifmap buffer for the look-ahead") \
  X(lookahead_weight_reads, sum, program, "elements read from the weight buffer for the look-ahead")

namespace peeksim {

// Where the value of a counter comes from.
enum class CounterSource {
  values,    // a function of the layer and of its values
  program,   // follows from the program alone, without a clock
  measured,  // only the simulated hardware blocks know it
  checked,   // follows from the program, and the hardware blocks measure it: both must agree
};

struct Counters {
#define PEEKSIM_FIELD(name, how, source, meaning) Count name = 0;
  PEEKSIM_COUNTERS(PEEKSIM_FIELD)
#undef PEEKSIM_FIELD

  // Throws Overflow.
  Counters& operator+=(const Counters& other);
  friend bool operator==(const Counters& a, const Counters& b);
};

struct CounterRow {
  const char* name;
  const char* meaning;
  CounterSource source;
  Count Counters::*value;
};

// The list as a table.
inline constexpr CounterRow counter_rows[] = {
#define PEEKSIM_ROW(name, how, source, meaning) \
  {#name, meaning, CounterSource::source, &Counters::name},
    PEEKSIM_COUNTERS(PEEKSIM_ROW)
#undef PEEKSIM_ROW
};

// Calls visit(name, meaning, value) for every counter in the order of the list.
template <class CountersType, class Visit>
void for_each_counter(CountersType& counters, Visit&& visit) {
  for (const CounterRow& row : counter_rows) visit(row.name, row.meaning, counters.*row.value);
}

// Throws Error(internal) naming `what` unless the MACs, outputs, tiles, cycles and bytes add up.
void check_conservation(const Counters& counters, const char* what);

}  // namespace peeksim
