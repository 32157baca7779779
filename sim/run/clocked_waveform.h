// The waveform of a run: what is asked for, and the signals that a machine and its layers have
// (docs/waveforms.md).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/engine/clocked/waveform.h"
#include "sim/engine/simulate_layer.h"

namespace peeksim {

struct EngineKind;

struct WaveformOptions {
  clocked::CycleWindow window;
  std::vector<std::string> comments;  // for the file's header
  // Takes the text of the VCD file, piece by piece; none: there is no waveform.
  clocked::VcdWriter::Write write;
};

// Throws Error(usage) for an engine that has no cycles to show.
void require_waveform(const EngineKind& engine);

// Null when none is asked for.
std::unique_ptr<clocked::Waveform> make_waveform(const WaveformOptions& options,
                                                 const MachineSpec& machine,
                                                 const std::vector<LayerSetup>& setups);

// After the last layer. Throws Error(usage) when the window begins after the last cycle.
void finish_waveform(clocked::Waveform& waveform, const clocked::CycleWindow& window);

}  // namespace peeksim
