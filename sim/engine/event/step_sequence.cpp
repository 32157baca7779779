#include "sim/engine/event/step_sequence.h"

#include <algorithm>

namespace peeksim {

StepSequence::StepSequence(const Program& program, Cycle now)
    : program_(&program), idle_since_(now) {}

StepSequence::Next StepSequence::advance(Cycle now, const SequenceInputs& inputs) {
  if (!in_step_) {
    if (step_ + 1 == static_cast<int>(program_->steps.size())) return Next::finished;
    if (!step_can_start(inputs)) return Next::blocked;
    ++step_;
    in_step_ = true;
    tile_ = program_->steps[step_].begin;
    waits_.memory += now - idle_since_;
    idle_since_ = now;
  }
  const StepTiles& tiles = program_->steps[step_];
  if (tile_ == tiles.end) {
    in_step_ = false;
    return Next::step_end;
  }
  if (!chunk_can_start(inputs)) return Next::blocked;
  if (tiles.has_peeks && tile_ == tiles.neighbor && chunk_ == 0) {
    const Cycle until = std::clamp(inputs.predict_ready(step_), idle_since_, now);
    waits_.predict += until - idle_since_;
    idle_since_ = until;
  }
  waits_.memory += now - idle_since_;
  prepare_issue();
  return Next::chunk;
}

void StepSequence::ended(Cycle end) {
  idle_since_ = end;
  ++chunks_issued_;
  if (++chunk_ == program_->plan->chunks) {
    chunk_ = 0;
    ++tile_;
  }
}

bool StepSequence::step_can_start(const SequenceInputs& inputs) const {
  const Plan& plan = *program_->plan;
  const int next = step_ + 1;
  const Step& step = plan.steps[next];
  return inputs.ifmap_holds(step.ifmap_load) &&
         (plan.streamed || inputs.weights_hold(step.weight_load)) &&
         (!plan.residual || inputs.residual_holds(next)) && inputs.ofmap_half_free(next);
}

bool StepSequence::chunk_can_start(const SequenceInputs& inputs) const {
  const StepTiles& tiles = program_->steps[step_];
  if (tiles.has_peeks && tile_ >= tiles.neighbor && inputs.predict_ready(step_) < 0) return false;
  return !program_->plan->streamed || inputs.weights_hold(chunks_issued_);
}

void StepSequence::prepare_issue() {
  const Plan& plan = *program_->plan;
  const StepTiles& tiles = program_->steps[step_];
  issue_.tile = &program_->tiles[tile_];
  issue_.taps = plan.taps_of_chunk(chunk_);
  issue_.step = step_;
  issue_.weight_load = plan.streamed ? chunks_issued_ : plan.steps[step_].weight_load;
  issue_.last_chunk = chunk_ + 1 == plan.chunks;
  issue_.peek = tiles.has_peeks && tile_ < tiles.neighbor;
  issue_.last_peek = issue_.peek && issue_.last_chunk && tile_ + 1 == tiles.neighbor;
}

}  // namespace peeksim
