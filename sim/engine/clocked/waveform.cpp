#include "sim/engine/clocked/waveform.h"

#include <algorithm>

#include "sim/engine/clocked/dram.h"
#include "sim/engine/clocked/pe_array.h"
#include "sim/engine/clocked/prediction_unit.h"
#include "sim/engine/clocked/sequencer.h"

namespace peeksim::clocked {

namespace {

using Kind = VcdWriter::Kind;

constexpr int none = -1;

std::string text_of(const StepBits& bits, int column, int most) {
  if (column >= bits.columns) return "z";
  std::string text;
  for (int window = std::min(bits.windows, most) - 1; window >= 0; --window)
    if (bits.test(window, column) || !text.empty()) text += bits.test(window, column) ? '1' : '0';
  return text.empty() ? "0" : text;
}

}  // namespace

Waveform::Waveform(const Shape& shape, CycleWindow window, VcdWriter::Write write)
    : shape_(shape), window_(window), vcd_(std::move(write)) {
  for (const std::string& comment : shape.comments) vcd_.comment(comment);
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

  columns_.resize(shape.columns);
  vcd_.open_scope("array");
  draining_row_ = vcd_.add(Kind::integer, "draining_row");
  for (int column = 0; column < shape.columns; ++column)
    columns_[column].drained = vcd_.add(Kind::real, "drained_" + std::to_string(column));
  for (int row = 0; row < shape.rows; ++row)
    for (int column = 0; column < shape.columns; ++column) {
      vcd_.open_scope("pe_" + std::to_string(row) + "_" + std::to_string(column));
      const Variable enable = vcd_.add(Kind::bit, "enable");
      pes_.push_back({enable, vcd_.add(Kind::real, "accumulator")});
      vcd_.close_scope();
    }
  vcd_.close_scope();

  vcd_.open_scope("prediction_unit");
  ready_step_ = vcd_.add(Kind::integer, "ready_step");
  const int width = std::clamp(shape.windows, 1, most_windows);
  for (int column = 0; column < shape.columns; ++column)
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

void Waveform::begin(const Work& work) {
  if (work.group == 0) ++layer_;
  group_ = work.group;
}

void Waveform::end(Cycle cycles) {
  start_ += cycles;
}

bool Waveform::finish() {
  vcd_.finish(std::min(window_.end, start_));
  return shown_;
}

void Waveform::show(Cycle cycle, const Probes& probes) {
  const Cycle now = start_ + cycle;
  if (now < window_.first || now >= window_.end) return;
  vcd_.enter(now);
  show(probes.sequencer, probes.wires);
  show(probes.array, probes.sequencer.tile(), probes.wires);
  vcd_.set(ready_step_, probes.wires.ready.read().step);
  show(probes.prediction_unit.bits());
  vcd_.set(load_, probes.dram.channel() == Dram::Channel::load);
  vcd_.set(store_, probes.dram.channel() == Dram::Channel::store);
  shown_ = true;
}

void Waveform::show(const Sequencer& sequencer, const Wires& wires) {
  const TileWork* tile = sequencer.tile();
  vcd_.set(layer_index_, layer_);
  vcd_.set(group_index_, group_);
  vcd_.set(step_, sequencer.finished() ? none : sequencer.step());
  for (std::size_t i = 0; i < parts_.size(); ++i)
    vcd_.set(parts_[i], i == static_cast<std::size_t>(sequencer.activity()));
  vcd_.set(tile_, tile != nullptr ? tile->index : none);
  for (std::size_t i = 0; i < passes_.size(); ++i)
    vcd_.set(passes_[i], tile != nullptr && i == static_cast<std::size_t>(tile->pass));
  const TapIssue& taps = wires.taps.read();
  vcd_.set(tap_, taps.count > 0 ? wires.chunk.read().first_tap + taps.first : none);
  vcd_.set(taps_, taps.count);
}

void Waveform::show(const PeArray& array, const TileWork* computing, const Wires& wires) {
  const DrainRow& out = wires.row.read();
  const bool draining = wires.swap.read().tiles > wires.drained.read().tiles;
  vcd_.set(draining_row_, draining ? out.row : none);
  for (int column = 0; column < shape_.columns; ++column) {
    const bool drains = draining && column < out.tile->columns;
    vcd_.set(columns_[column].drained, drains ? out.values[column] : 0);
  }
  // Of the tile that computes, waits between its chunks, or waits for the drain before it.
  const std::vector<double>& sums = array.accumulators();
  const TileWork* held = wires.chunk.read().tile;
  const bool holds = held != nullptr && sums.size() == held->position.size();
  for (int row = 0; row < shape_.rows; ++row)
    for (int column = 0; column < shape_.columns; ++column) {
      const Pe& pe = pes_[row * shape_.columns + column];
      const bool live = computing != nullptr && column < computing->columns &&
                        computing->position[row * computing->columns + column] >= 0;
      vcd_.set(pe.enable, live);
      const bool has_sum = holds && column < held->columns;
      vcd_.set(pe.accumulator, has_sum ? sums[row * held->columns + column] : 0);
    }
}

void Waveform::show(const StepBits& bits) {
  if (shown_ && bits.bits == bits_.bits && bits.windows == bits_.windows &&
      bits.columns == bits_.columns)
    return;
  bits_ = bits;
  for (int column = 0; column < shape_.columns; ++column)
    vcd_.set(columns_[column].window_bits, text_of(bits, column, most_windows));
}

}  // namespace peeksim::clocked
