// The options of a run's waveform (docs/waveforms.md).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/base/units.h"

namespace peeksim {

struct EngineKind;

// The cycles from `first` up to, but not including, `end`.
struct CycleWindow {
  Cycle first = 0, end = 0;
};

struct WaveformRequest {
  CycleWindow window;
  std::vector<std::string> comments;  // for the file's header
  // Takes the text of the VCD file, piece by piece; none: no waveform is asked for.
  std::function<void(const std::string&)> write;
};

// Throws Error(usage) for an engine that has no cycles to show.
void require_cycles(const EngineKind& engine);

}  // namespace peeksim
