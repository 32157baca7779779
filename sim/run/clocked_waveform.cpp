#include "sim/run/clocked_waveform.h"

#include <algorithm>

#include "sim/base/error.h"
#include "sim/engine/engine.h"

namespace peeksim {

void require_waveform(const EngineKind& engine) {
  if (!engine.clocked)
    throw Error(ErrorKind::usage, "",
                "a waveform shows every cycle, and the engine '" + std::string(engine.name) +
                    "' knows only events",
                "add --engine clocked");
}

std::unique_ptr<clocked::Waveform> make_waveform(const WaveformOptions& options,
                                                 const MachineSpec& machine,
                                                 const std::vector<LayerSetup>& setups) {
  if (!options.write) return nullptr;
  clocked::Waveform::Shape shape;
  shape.rows = machine.array.rows;
  shape.columns = machine.array.cols;
  shape.comments = options.comments;
  for (std::size_t i = 0; i < setups.size(); ++i) {
    shape.comments.push_back("layer " + std::to_string(i) + ": " + setups[i].layer.name);
    if (setups[i].prediction.grid.peeks.empty()) continue;
    for (const Block& block : setups[i].plan.blocks)
      shape.windows = std::max(shape.windows, block.window_rows * block.window_cols);
  }
  return std::make_unique<clocked::Waveform>(shape, options.window, options.write);
}

void finish_waveform(clocked::Waveform& waveform, const clocked::CycleWindow& window) {
  if (waveform.finish()) return;
  throw Error(ErrorKind::usage, "",
              "the waveform's cycles " + std::to_string(window.first) + ":" +
                  std::to_string(window.end) +
                  " are after the end of the run: the first image takes " +
                  std::to_string(waveform.cycles()) + " cycles",
              "choose earlier ones with --vcd-cycles");
}

}  // namespace peeksim
