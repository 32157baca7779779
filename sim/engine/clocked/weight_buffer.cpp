#include "sim/engine/clocked/weight_buffer.h"

#include <algorithm>

#include "sim/base/bug.h"

namespace peeksim::clocked {

WeightBuffer::WeightBuffer(const sc_core::sc_module_name& name, Wires& wires)
    : Module(name), wires_(wires) {
  SC_HAS_PROCESS(WeightBuffer);
  SC_METHOD(on_fill);
  sensitive << wires.weight_fill.arrived();
  dont_initialize();
  SC_METHOD(on_chunk);
  sensitive << wires.chunk.written();
  dont_initialize();
  SC_METHOD(on_taps);
  sensitive << wires.taps.written();
  dont_initialize();
}

void WeightBuffer::begin(const Work& work) {
  work_ = &work;
  for (Half& half : halves_) half.load = -1;
  filled_bytes_ = 0;
}

void WeightBuffer::on_fill() {
  guard([this] {
    while (!wires_.weight_fill.empty()) fill(wires_.weight_fill.pop());
  });
}

void WeightBuffer::fill(const LoadRequest& load) {
  if (load.index >= wires_.weight_released.read() + 2)
    throw bug("weight_buffer", "a load overwrites a half that is still in use");
  filled_bytes_ += load.bytes;
  wires_.weight_filled.write(load.index + 1);
  Half& half = halves_[load.index % 2];
  half.load = load.index;
  half.first_tap = load.first_tap;
  half.columns = work_->step(load.step).channels;
  const std::vector<float>& weight = work_->operands->weight;
  if (weight.empty()) return;
  const int channels = work_->layer->K / work_->layer->groups;
  half.values.resize(load.taps * half.columns);
  const float* from = &weight[(work_->group * work_->plan->L + load.first_tap) * channels +
                              work_->step(load.step).first_channel];
  for (Count tap = 0; tap < load.taps; ++tap)
    std::copy_n(from + tap * channels, half.columns, &half.values[tap * half.columns]);
}

void WeightBuffer::on_chunk() {
  guard([this] {
    const ChunkIssue& chunk = wires_.chunk.read();
    reading_ = &halves_[chunk.weight_load % 2];
    if (reading_->load != chunk.weight_load)
      throw bug("weight_buffer", "the array reads weights that are not in the buffer");
  });
}

void WeightBuffer::on_taps() {
  const TapIssue& taps = wires_.taps.read();
  if (taps.count == 0 || !work_->operands->computes()) return;
  const Count tap = wires_.chunk.read().first_tap + taps.first - reading_->first_tap;
  wires_.column_port.write(&reading_->values[tap * reading_->columns]);
}

}  // namespace peeksim::clocked
