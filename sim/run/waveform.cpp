#include "sim/run/waveform.h"

#include <algorithm>

#include "sim/base/error.h"
#include "sim/engine/engine_kind.h"

namespace peeksim {

namespace {

using Kind = VcdWriter::Kind;

// Of a column: the window with the highest number first.
std::string text_of(const CycleView& view, int column, int max_bits) {
  if (column >= view.window_columns) return "z";
  const int words = (view.window_columns + 63) / 64;
  std::string text;
  for (int window = std::min(view.windows, max_bits) - 1; window >= 0; --window) {
    const std::uint64_t word = view.window_bits[std::size_t(window) * words + column / 64];
    const bool bit = word >> (column % 64) & 1;
    if (bit || !text.empty()) text += bit ? '1' : '0';
  }
  return text.empty() ? "0" : text;
}

// The maximum number of windows of a step whose prediction the machine makes from peeks.
int max_windows_of(const std::vector<LayerSetup>& setups) {
  int windows = 0;
  for (const LayerSetup& setup : setups) {
    if (!setup.prediction.decides()) continue;
    for (const Block& block : setup.plan.blocks)
      windows = std::max(windows, block.window_rows * block.window_cols);
  }
  return windows;
}

}  // namespace

Waveform::Waveform(const WaveformRequest& request, const MachineSpec& machine,
                   const std::vector<LayerSetup>& setups)
    : rows_(machine.array.rows),
      columns_in_array_(machine.array.cols),
      window_(request.window),
      vcd_(request.write) {
  write_header(request, setups);
}

void Waveform::write_header(const WaveformRequest& request, const std::vector<LayerSetup>& setups) {
  for (const std::string& comment : request.comments) vcd_.comment(comment);
  for (std::size_t i = 0; i < setups.size(); ++i)
    vcd_.comment("layer " + std::to_string(i) + ": " + setups[i].layer.name);
  const int windows = max_windows_of(setups);
  vcd_.open_scope("peeksim");

  vcd_.open_scope("sequencer");
  layer_index_ = vcd_.add(Kind::integer, "layer");
  group_index_ = vcd_.add(Kind::integer, "group");
  step_ = vcd_.add(Kind::integer, "step");
  for (const char* name : {"busy", "predict_stall", "drain_stall", "memory_stall", "tail"})
    parts_.push_back(vcd_.add(Kind::bit, name));
  tile_ = vcd_.add(Kind::integer, "tile");
  for (const char* name : {"dense_pass", "peek_pass", "neighbor_pass"})
    passes_.push_back(vcd_.add(Kind::bit, name));
  tap_ = vcd_.add(Kind::integer, "tap");
  taps_ = vcd_.add(Kind::integer, "taps");
  vcd_.close_scope();

  columns_.resize(columns_in_array_);
  vcd_.open_scope("array");
  draining_row_ = vcd_.add(Kind::integer, "draining_row");
  for (int column = 0; column < columns_in_array_; ++column)
    columns_[column].drained = vcd_.add(Kind::real, "drained_" + std::to_string(column));
  for (int row = 0; row < rows_; ++row)
    for (int column = 0; column < columns_in_array_; ++column) {
      vcd_.open_scope("pe_" + std::to_string(row) + "_" + std::to_string(column));
      const Variable enable = vcd_.add(Kind::bit, "enable");
      pes_.push_back({enable, vcd_.add(Kind::real, "accumulator")});
      vcd_.close_scope();
    }
  vcd_.close_scope();

  vcd_.open_scope("prediction_unit");
  ready_step_ = vcd_.add(Kind::integer, "ready_step");
  const int width = std::clamp(windows, 1, max_windows);
  for (int column = 0; column < columns_in_array_; ++column)
    columns_[column].window_bits =
        vcd_.add(Kind::bits, "window_bits_" + std::to_string(column), width);
  vcd_.close_scope();

  vcd_.open_scope("dram");
  load_ = vcd_.add(Kind::bit, "load");
  store_ = vcd_.add(Kind::bit, "store");
  vcd_.close_scope();

  vcd_.close_scope();
  vcd_.end_header();
}

void Waveform::enter_layer(std::size_t layer, Cycle start) {
  layer_ = layer;
  start_ = start;
}

void Waveform::finish(Cycle end) {
  vcd_.finish(std::min(window_.end, end));
  if (shown_) return;
  throw Error(
      ErrorKind::usage, "",
      "the waveform's cycles " + std::to_string(window_.first) + ":" + std::to_string(window_.end) +
          " are after the end of the run: the first image takes " + std::to_string(end) + " cycles",
      "choose earlier ones with --vcd-cycles");
}

void Waveform::show(const CycleView& view) {
  vcd_.enter(start_ + view.cycle);
  show_sequencer(view);
  show_array(view);
  vcd_.set(ready_step_, view.ready_step);
  show_window_bits(view);
  vcd_.set(load_, view.loads);
  vcd_.set(store_, view.stores);
  shown_ = true;
}

void Waveform::show_sequencer(const CycleView& view) {
  vcd_.set(layer_index_, static_cast<double>(layer_));
  vcd_.set(group_index_, view.group);
  vcd_.set(step_, view.step);
  for (std::size_t i = 0; i < parts_.size(); ++i)
    vcd_.set(parts_[i], i == static_cast<std::size_t>(view.activity));
  vcd_.set(tile_, view.tile);
  const bool computes = view.tile != CycleView::none;
  for (std::size_t i = 0; i < passes_.size(); ++i)
    vcd_.set(passes_[i], computes && i == static_cast<std::size_t>(view.pass));
  vcd_.set(tap_, static_cast<double>(view.first_tap));
  vcd_.set(taps_, view.taps);
}

void Waveform::show_array(const CycleView& view) {
  vcd_.set(draining_row_, view.draining_row);
  const int draining = static_cast<int>(view.drained.size());
  for (int column = 0; column < columns_in_array_; ++column)
    vcd_.set(columns_[column].drained, column < draining ? view.drained[column] : 0);
  for (int row = 0; row < rows_; ++row)
    for (int column = 0; column < columns_in_array_; ++column) {
      const Pe& pe = pes_[row * columns_in_array_ + column];
      const bool used = column < view.columns;
      const std::size_t place = std::size_t(row) * view.columns + column;
      vcd_.set(pe.enable, used && !view.enabled.empty() && view.enabled[place]);
      vcd_.set(pe.accumulator, used && !view.accumulators.empty() ? view.accumulators[place] : 0);
    }
}

void Waveform::show_window_bits(const CycleView& view) {
  if (shown_ && view.window_bits == bits_ && view.windows == windows_ &&
      view.window_columns == window_columns_)
    return;
  bits_ = view.window_bits;
  windows_ = view.windows;
  window_columns_ = view.window_columns;
  for (int column = 0; column < columns_in_array_; ++column)
    vcd_.set(columns_[column].window_bits, text_of(view, column, max_windows));
}

void require_cycles(const EngineKind& engine) {
  if (engine.has_cycles) return;
  throw Error(ErrorKind::usage, "",
              "a waveform shows every cycle, and the engine '" + std::string(engine.name) +
                  "' knows only events",
              "add --engine clocked");
}

std::unique_ptr<Waveform> make_waveform(const WaveformRequest& request, const MachineSpec& machine,
                                        const std::vector<LayerSetup>& setups) {
  if (!request.write) return nullptr;
  return std::make_unique<Waveform>(request, machine, setups);
}

}  // namespace peeksim
