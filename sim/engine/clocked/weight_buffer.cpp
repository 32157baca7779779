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

// One column of the port's registers per lane.
void WeightBuffer::show(const TapIssue& taps) {
  if (!work_->operands->computes()) return;
  const ChunkIssue& chunk = wires_.chunk.read();
  shown_ = 1 - shown_;
  operands_[shown_].clear();
  for (int lane = 0; lane < taps.count; ++lane) {
    const Count tap = chunk.tap(taps.first + lane) - reading_->first_tap;
    const float* of_tap = &reading_->values[tap * reading_->columns];
    operands_[shown_].insert(operands_[shown_].end(), of_tap, of_tap + reading_->columns);
  }
  wires_.column_port.write(operands_[shown_].data());
}

}  // namespace peeksim::clocked
