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
  half.low.clear();
  if (work_->cuts_short()) return store_in_order(load, half);
  const float* from = &weight[(work_->group * work_->plan->L + load.first_tap) * channels +
                              work_->step(load.step).first_channel];
  for (Count tap = 0; tap < load.taps; ++tap)
    std::copy_n(from + tap * channels, half.columns, &half.values[tap * half.columns]);
  if (work_->low == nullptr) return;
  for (std::size_t i = 0; i < half.values.size(); ++i)
    half.low.push_back(work_->low->weight(
        half.values[i], work_->channel(load.step, static_cast<int>(i % half.columns))));
}

// They lie in DRAM in the order in which each column takes them.
void WeightBuffer::store_in_order(const LoadRequest& load, Half& half) {
  for (int column = 0; column < half.columns; ++column) {
    const TapOrder& order = (*work_->orders)[work_->channel(load.step, column)];
    for (Count place = 0; place < load.taps; ++place)
      half.values[place * half.columns + column] = order.weights[load.first_tap + place];
  }
}

void WeightBuffer::turn_to(const ChunkIssue& chunk) {
  reading_ = &halves_[half_with(chunk.weight_load)];
  values_ = chunk.tile->pass == Pass::lookahead ? reading_->low.data() : reading_->values.data();
}

const float* WeightBuffer::weights_of(Count tap) {
  return values_ + (tap - reading_->first_tap) * reading_->columns;
}

}  // namespace peeksim::clocked
