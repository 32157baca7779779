// Everything that is counted in a layer, exactly (docs/machine.md section 6). One row of
// PEEKSIM_COUNTERS per counter: adding one there adds it to sums, reports and files.
#pragma once

#include "sim/base/units.h"

// X(name, how layers and images add up: sum or most, meaning)
#define PEEKSIM_COUNTERS(X)                                                              \
  X(macs_total, sum, "MACs of the layer, padding taps included")                         \
  X(macs_executed, sum, "MACs that the array computes")                                  \
  X(macs_predicted, sum, "MACs never executed: gated outputs times taps")                \
  X(macs_zero_gated, sum, "MACs of computed outputs whose activation is 0 or padding")   \
  X(outputs, sum, "ofmap elements")                                                      \
  X(peeks, sum, "outputs computed first")                                                \
  X(neighbors, sum, "outputs of a window that are not peeks")                            \
  X(predicted_zero, sum, "outputs gated")                                                \
  X(correct_zero, sum, "outputs gated whose value is at most 0")                         \
  X(false_zero, sum, "outputs gated whose value is above 0")                             \
  X(windows, sum, "windows, counted per channel")                                        \
  X(window_bits_peak, most, "window bits that the prediction unit must store")           \
  X(comparisons, sum, "peeks compared with the threshold")                               \
  X(tiles_dense, sum, "array-fulls of the dense pass")                                   \
  X(tiles_peek, sum, "array-fulls of the peek pass")                                     \
  X(tiles_neighbor, sum, "array-fulls of the neighbor pass")                             \
  X(tiles_skipped, sum, "neighbor array-fulls without a live PE")                        \
  X(cycles, sum, "from the layer's start to the completion of its last store")           \
  X(array_busy, sum, "cycles in which the array computes")                               \
  X(predict_stall, sum, "cycles in which the array waits for a prediction")              \
  X(drain_stall, sum, "cycles in which a tile waits for the previous drain")             \
  X(memory_stall, sum, "cycles in which the array waits for data or for a step's start") \
  X(tail, sum, "cycles after the array's last step")                                     \
  X(ifmap_reads, sum, "elements read from the ifmap buffer")                             \
  X(weight_reads, sum, "elements read from the weight buffer")                           \
  X(ofmap_writes, sum, "elements written to the ofmap buffer")                           \
  X(ifmap_fill_bytes, sum, "bytes loaded into the ifmap buffer")                         \
  X(weight_fill_bytes, sum, "bytes loaded into the weight buffer")                       \
  X(residual_bytes, sum, "residual bytes loaded into the ofmap buffer")                  \
  X(dram_read_bytes, sum, "bytes read from DRAM")                                        \
  X(dram_write_bytes, sum, "bytes written to DRAM")

namespace peeksim {

struct Counters {
#define PEEKSIM_FIELD(name, how, meaning) Count name = 0;
  PEEKSIM_COUNTERS(PEEKSIM_FIELD)
#undef PEEKSIM_FIELD

  Counters& operator+=(const Counters& other);
  friend bool operator==(const Counters& a, const Counters& b);
};

// Calls visit(name, meaning, value) for every counter in the order of the list.
template <class CountersType, class Visit>
void for_each_counter(CountersType& counters, Visit&& visit) {
#define PEEKSIM_VISIT(name, how, meaning) visit(#name, meaning, counters.name);
  PEEKSIM_COUNTERS(PEEKSIM_VISIT)
#undef PEEKSIM_VISIT
}

// Throws Error(internal) naming `what` unless the MACs, outputs, tiles, cycles and bytes add up.
void check_conservation(const Counters& counters, const char* what);

}  // namespace peeksim
