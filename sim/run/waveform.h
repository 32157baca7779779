// Writes the state of the machine, cycle by cycle, as a VCD file with the signals of
// docs/waveforms.md. Cycles count as in the event log: layers follow one another without a gap.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/engine/cycle_view.h"
#include "sim/run/vcd.h"
#include "sim/run/waveform_request.h"
#include "sim/schedule/layer_setup.h"

namespace peeksim {

class Waveform {
 public:
  // Only the first windows of a step have a bit in the file; steps with more are rare, and their
  // vectors unreadable.
  static constexpr int max_windows = 4096;

  // setups: of the layers that will be entered. Their names are comments of the header.
  Waveform(const WaveformRequest& request, const MachineSpec& machine,
           const std::vector<LayerSetup>& setups);

  // The next cycles are those of this layer, which begins where the previous one ended.
  // layer: from 0; start: the cycle of the image at which it begins.
  void enter_layer(std::size_t layer, Cycle start);
  // Whether a cycle of the layer is in the window.
  bool wants(Cycle cycle) const {
    return start_ + cycle >= window_.first && start_ + cycle < window_.end;
  }
  // REQUIRES: wants(view.cycle).
  void show(const CycleView& view);
  // After the last layer, at a cycle of the image. Throws Error(usage) when the window begins after
  // it.
  void finish(Cycle end);

 private:
  using Variable = VcdWriter::Variable;
  struct Pe {
    Variable enable, accumulator;
  };
  struct Column {
    Variable window_bits, drained;
  };

  void write_header(const WaveformRequest& request, const std::vector<LayerSetup>& setups);
  void show_sequencer(const CycleView& view);
  void show_array(const CycleView& view);
  void show_window_bits(const CycleView& view);

  const int rows_, columns_in_array_;
  const CycleWindow window_;
  VcdWriter vcd_;
  Cycle start_ = 0;  // of the layer
  std::size_t layer_ = 0;
  bool shown_ = false;
  std::vector<std::uint64_t> bits_;  // shown last
  int windows_ = 0, window_columns_ = 0;

  Variable layer_index_, group_index_, step_, tile_, tap_, taps_, draining_row_, ready_step_;
  Variable load_, store_;
  std::vector<Variable> parts_, passes_;
  std::vector<Pe> pes_;  // [rows][columns]
  std::vector<Column> columns_;
};

// Null when none is asked for.
std::unique_ptr<Waveform> make_waveform(const WaveformRequest& request, const MachineSpec& machine,
                                        const std::vector<LayerSetup>& setups);

}  // namespace peeksim
