#include "sim/engine/event/sequencer.h"

#include "sim/engine/kernel/cycle_time.h"

namespace peeksim::event {

void Sequencer::end_of_elaboration() {
  SC_HAS_PROCESS(Sequencer);
  SC_METHOD(advance);
  sensitive << wake_ << ifmap->filled_event() << weight->filled_event() << ofmap->filled_event()
            << ofmap->released_event() << prediction->ready_event();
  dont_initialize();
}

void Sequencer::begin(const Program& program, const Recorder& recorder) {
  recorder_ = recorder;
  program_ = &program;
  sequence_ = StepSequence(program, current_cycle(), recorder);
  chunk_end_ = -1;
  last_step_end_ = current_cycle();
  finished_ = false;
  wake_.notify(sc_core::SC_ZERO_TIME);
}

void Sequencer::advance() {
  guard([this] {
    const Cycle now = current_cycle();
    if (chunk_end_ >= 0) {
      if (now < chunk_end_) return;  // woken by an input while the array is busy
      end_chunk();
    }
    while (!finished_) {
      switch (sequence_.advance(now, *this)) {
        case StepSequence::Next::blocked:
          return;
        case StepSequence::Next::chunk:
          start_chunks(now);
          return;
        case StepSequence::Next::step_end:
          end_step();
          break;
        case StepSequence::Next::finished:
          finished_ = true;
      }
    }
  });
}

void Sequencer::start_chunks(Cycle now) {
  start_chunk(now);
  while (sequence_.runs_on(*this)) {
    const Cycle next = chunk_end_;
    end_chunk();
    sequence_.advance(next, *this);
    start_chunk(next);
  }
  wake_.notify(until(chunk_end_));
}

void Sequencer::start_chunk(Cycle start) {
  const ChunkStart& issue = sequence_.issue();
  chunk_end_ = array->run(issue, start).end;
  if (issue.chunk == 0) {
    tile_start_ = start;
    tile_macs_ = 0;
  }
  tile_macs_ += issue.macs;
  if (issue.last_chunk && recorder_.wants(EventKind::tile))
    recorder_.record(tile_event(issue.step, issue.index, *issue.tile, tile_macs_), tile_start_,
                     chunk_end_);
}

void Sequencer::end_chunk() {
  sequence_.ended(chunk_end_);
  chunk_end_ = -1;
  if (program_->plan->streamed) weight->release(sequence_.issue().weight_load);
}

// After the last step no load is left that could use a half.
void Sequencer::end_step() {
  const Plan& plan = *program_->plan;
  const std::size_t s = sequence_.step();
  const Step& step = plan.steps[s];
  const bool last = s + 1 == plan.steps.size();
  if (!last && plan.steps[s + 1].loads_ifmap) ifmap->release(step.ifmap_load);
  if (!last && plan.steps[s + 1].loads_weights) weight->release(step.weight_load);
  last_step_end_ = current_cycle();
  storer->step_ended(
      {static_cast<int>(s), step.store_bytes, array->drain_end(), program_->steps[s].decision});
}

}  // namespace peeksim::event
