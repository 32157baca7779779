#include "sim/engine/clocked/weight_buffer.h"

#include <algorithm>

namespace peeksim::clocked {

WeightBuffer::WeightBuffer(const sc_core::sc_module_name& name, Wires& wires)
    : OperandBuffer(name, wires, {wires.weight_fill, wires.weight_filled, wires.weight_released}) {}

void WeightBuffer::store(const LoadRequest& load, int which) {
  Half& half = halves_[which];
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

void WeightBuffer::turn_to(const ChunkIssue& chunk) {
  reading_ = &halves_[half_with(chunk.weight_load)];
}

const float* WeightBuffer::weights_of(Count tap) {
  return &reading_->values[(tap - reading_->first_tap) * reading_->columns];
}

}  // namespace peeksim::clocked
