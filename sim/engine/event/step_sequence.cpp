#include "sim/engine/event/step_sequence.h"

#include <algorithm>

namespace peeksim::event {

StepSequence::StepSequence(const Program& program, Cycle now, const Recorder& recorder)
    : program_(&program), recorder_(recorder), idle_since_(now) {}

StepSequence::Next StepSequence::advance(Cycle now, const SequenceInputs& inputs) {
  if (!in_step_) {
    if (step_ + 1 == static_cast<int>(program_->steps.size())) return Next::finished;
    if (!step_can_start(inputs)) return Next::blocked;
    ++step_;
    in_step_ = true;
    step_start_ = now;
    tile_ = program_->steps[step_].begin;
    waited(Stall::memory, now);
  }
  if (tile_ == program_->steps[step_].end) {
    in_step_ = false;
    recorder_.record(step_event(step_), step_start_, idle_since_);
    return Next::step_end;
  }
  if (!chunk_can_start(inputs)) return Next::blocked;
  const int decision = program_->tiles[tile_].after;
  if (decision != no_decision && chunk_ == 0)
    waited(Stall::predict, std::clamp(inputs.decided_at(decision), idle_since_, now));
  waited(Stall::memory, now);
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

bool StepSequence::runs_on(const SequenceInputs& inputs) const {
  if (program_->plan->streamed) return false;  // the loader needs the half of the running chunk
  const std::size_t next = tile_ + 1;
  if (next == program_->steps[step_].end) return false;
  const int decision = program_->tiles[next].after;
  return decision == no_decision || inputs.decided_at(decision) >= 0;
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
  const int decision = program_->tiles[tile_].after;
  if (decision != no_decision && inputs.decided_at(decision) < 0) return false;
  return !program_->plan->streamed || inputs.weights_hold(chunks_issued_);
}

void StepSequence::waited(Stall stall, Cycle now) {
  if (now == idle_since_) return;
  (stall == Stall::predict ? waits_.predict : waits_.memory) += now - idle_since_;
  recorder_.record(stall_event(step_, stall), idle_since_, now);
  idle_since_ = now;
}

void StepSequence::prepare_issue() {
  const Plan& plan = *program_->plan;
  const StepTiles& tiles = program_->steps[step_];
  const Tile& tile = program_->tiles[tile_];
  issue_.tile = &tile;
  issue_.step = step_;
  issue_.index = static_cast<int>(tile_ - tiles.begin);
  issue_.chunk = chunk_;
  issue_.demand = program_->demand(tile_, chunk_);
  issue_.macs =
      tile.own_taps != 0 ? issue_.demand.ifmap_reads : tile.live_pes * plan.taps_of_chunk(chunk_);
  issue_.tile_demand = program_->demand(tile_);
  issue_.weight_load = plan.streamed ? chunks_issued_ : plan.steps[step_].weight_load;
  issue_.last_chunk = chunk_ + 1 == plan.chunks;
  issue_.ends_peeks = tile.decides != no_decision && tile.decides == tiles.decision;
  issue_.decision_cycles = issue_.ends_peeks ? program_->decision_cycles(step_) : 0;
}

}  // namespace peeksim::event
