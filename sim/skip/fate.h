// How outputs and taps are treated: computed, gated or skipped. Dispatch policies and counters use
// these words.
#pragma once

namespace peeksim {

// An output of a layer.
enum class OutputFate {
  computed,        // all of its taps
  predicted_zero,  // none of them; it is written as zero
  cut_short,       // the first of them, until its result was clear
  interpolated     // none of them; it is written as a function of computed outputs
};

// A tap, one multiplication of a computed output.
enum class TapFate {
  executed,
  gated,   // takes time but no energy
  skipped  // takes neither time nor energy
};

}  // namespace peeksim
