#include "sim/engine/clocked/ofmap_buffer.h"

#include <algorithm>

#include "sim/base/bug.h"

namespace peeksim::clocked {

OfmapBuffer::OfmapBuffer(const sc_core::sc_module_name& name, Wires& wires)
    : Module(name), wires_(wires) {
  SC_HAS_PROCESS(OfmapBuffer);
  SC_METHOD(on_fill);
  sensitive << wires.residual_fill.arrived();
  dont_initialize();
  SC_METHOD(on_row);
  sensitive << wires.row.written();
  dont_initialize();
  SC_METHOD(on_store);
  sensitive << wires.stored.written();
  dont_initialize();
}

void OfmapBuffer::begin(const Work& work, std::vector<float>* dram) {
  work_ = &work;
  dram_ = dram;
  for (Half& half : halves_) half.residual_step = half.step = -1;
  stored_ = 0;
  writes_ = copies_ = 0;
  filled_bytes_ = 0;
}

std::size_t OfmapBuffer::half_size(int step) const {
  return std::size_t(work_->step(step).channels) * work_->block(step).rows * work_->grid().Q;
}

int OfmapBuffer::half_offset(int step, int column, int row) const {
  const Block& block = work_->block(step);
  return (column * block.rows + row) * work_->grid().Q + block.col;
}

int OfmapBuffer::offset(int step, int column, int position) const {
  const Block& block = work_->block(step);
  return (column * block.rows - block.row) * work_->grid().Q + position;
}

int OfmapBuffer::plane_offset(int step, int column, int row) const {
  const Block& block = work_->block(step);
  return (work_->channel(step, column) * work_->grid().P + block.row + row) * work_->grid().Q +
         block.col;
}

void OfmapBuffer::on_fill() {
  guard([this] {
    while (!wires_.residual_fill.empty()) fill(wires_.residual_fill.pop());
  });
}

void OfmapBuffer::fill(const LoadRequest& load) {
  if (load.step >= wires_.stored.read() + 2)
    throw bug("ofmap_buffer", "a residual overwrites a half that is still in use");
  filled_bytes_ += load.bytes;
  wires_.residual_filled.write(load.step + 1);
  Half& half = halves_[load.step % 2];
  half.residual_step = load.step;
  const std::vector<float>& residual = work_->operands->residual;
  if (residual.empty()) return;
  const Block& block = work_->block(load.step);
  const int columns = work_->step(load.step).channels;
  half.residual.assign(half_size(load.step), 0.0f);
  for (int column = 0; column < columns; ++column)
    for (int row = 0; row < block.rows; ++row)
      std::copy_n(&residual[plane_offset(load.step, column, row)], block.cols,
                  &half.residual[half_offset(load.step, column, row)]);
}

float OfmapBuffer::residual(int step, int channel, int position) const {
  const Half& half = halves_[step % 2];
  if (work_->operands->residual.empty()) return 0.0f;
  if (half.residual_step != step)
    throw bug("ofmap_buffer", "the drain reads a residual that is not in the buffer");
  return half.residual[offset(step, channel, position)];
}

OfmapBuffer::Half& OfmapBuffer::half_of(int step) {
  Half& half = halves_[step % 2];
  if (half.step != step) {
    half.step = step;
    half.values.assign(half_size(step), 0.0f);
  }
  return half;
}

void OfmapBuffer::on_row() {
  guard([this] {
    const DrainRow& out = wires_.row.read();
    const TileWork& tile = *out.tile;
    if (tile.pass == Pass::lookahead) return;
    if (tile.step >= wires_.stored.read() + 2)
      throw bug("ofmap_buffer", "the drain overwrites a half that is still being stored");
    Half& half = half_of(tile.step);
    for (int row = out.row - out.rows_before; row <= out.row; ++row) {
      const int* positions = &tile.position[row * tile.columns];
      const float* values = out.values - (out.row - row) * tile.columns;
      for (int column = 0; column < tile.columns; ++column) {
        if (positions[column] < 0) continue;
        const int position = out.copy > 0 ? tile.copies[row][out.copy - 1] : positions[column];
        half.values[offset(tile.step, tile.channel[column], position)] = values[column];
      }
      writes_ += tile.live_in_row[row];
      if (out.copy > 0) copies_ += tile.live_in_row[row];
    }
  });
}

// Stores that are complete have left the ofmap in DRAM.
void OfmapBuffer::on_store() {
  guard([this] {
    for (; stored_ < wires_.stored.read(); ++stored_) {
      if (dram_ == nullptr) continue;
      const Half& half = half_of(stored_);
      const Block& block = work_->block(stored_);
      for (int column = 0; column < work_->step(stored_).channels; ++column)
        for (int row = 0; row < block.rows; ++row)
          std::copy_n(&half.values[half_offset(stored_, column, row)], block.cols,
                      &(*dram_)[plane_offset(stored_, column, row)]);
    }
  });
}

}  // namespace peeksim::clocked
