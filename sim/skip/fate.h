// What becomes of an output and of a tap when not all work is done: the words in which policies and
// counters speak of it.
#pragma once

namespace peeksim {

// An output of a layer.
enum class OutputFate {
  computed,        // all of its taps
  predicted_zero,  // none of them; it is written as zero
  cut_short,       // the first of them, until its outcome was clear
  interpolated     // none of them; it is written as a function of computed outputs
};

// A tap, one multiplication of a computed output.
enum class TapFate {
  executed,
  gated,   // takes its time and no energy
  skipped  // takes no time either
};

}  // namespace peeksim
