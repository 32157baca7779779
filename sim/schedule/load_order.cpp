#include "sim/schedule/load_order.h"

namespace peeksim {

LoadOrder::LoadOrder(const Program& program) : program_(&program) {
  if (done()) return;
  tile_ = program.steps[0].begin;
  settle();
}

void LoadOrder::pop() {
  if (stage_ != Stage::chunks) {
    stage_ = static_cast<Stage>(static_cast<int>(stage_) + 1);
  } else {
    ++chunk_loads_;
    if (++chunk_ == program_->plan->chunks) {
      chunk_ = 0;
      ++tile_;
    }
  }
  settle();
}

void LoadOrder::settle() {
  const Plan& plan = *program_->plan;
  for (; !done(); ++step_, stage_ = Stage::ifmap) {
    const Step& step = plan.steps[step_];
    const StepTiles& tiles = program_->steps[step_];
    if (stage_ == Stage::ifmap) {
      if (step.loads_ifmap) return set_front(Tensor::ifmap, step.ifmap_load, step.ifmap_bytes);
      stage_ = Stage::weight;
    }
    if (stage_ == Stage::weight) {
      if (step.loads_weights) return set_front(Tensor::weight, step.weight_load, step.weight_bytes);
      stage_ = Stage::residual;
    }
    if (stage_ == Stage::residual) {
      if (plan.residual)
        return set_front(Tensor::residual, static_cast<int>(step_), step.residual_bytes);
      stage_ = Stage::chunks;
    }
    if (!plan.streamed) continue;
    const bool peek_pass_over = tile_ == tiles.end || program_->tiles[tile_].pass == Pass::neighbor;
    if (tiles.decision != no_decision && peek_pass_over) after_ = tiles.decision;
    if (tile_ < tiles.end)
      return set_front(Tensor::weight, chunk_loads_, plan.chunk_bytes(step, chunk_));
  }
}

void LoadOrder::set_front(Tensor tensor, int index, Bytes bytes) {
  front_ = {tensor, index, bytes, after_, static_cast<int>(step_)};
}

}  // namespace peeksim
