#include "sim/engine/event/accelerator.h"

#include <algorithm>

#include "sim/base/bug.h"
#include "sim/engine/event/array_unit.h"
#include "sim/engine/event/buffer.h"
#include "sim/engine/event/decision_unit.h"
#include "sim/engine/event/dma.h"
#include "sim/engine/event/sequencer.h"
#include "sim/engine/kernel/construction_order.h"
#include "sim/engine/kernel/cycle_time.h"

namespace peeksim::event {

Accelerator::Accelerator(const EngineOptions& options)
    : memory_kinds_(options.memories.empty() ? all_memories() : options.memories) {
  make_blocks(options);
  connect();
}

Accelerator::~Accelerator() = default;

void Accelerator::make_blocks(const EngineOptions& options) {
  const std::size_t memories = memory_kinds_.size();
  const std::function<void()> make[block_count] = {
      [&] {
        for (const MemoryKind* kind : memory_kinds_) memories_.push_back(kind->make(kind->name));
      },
      [&] { loader_ = std::make_unique<DmaLoader>("loader", memories); },
      [&] { storer_ = std::make_unique<DmaStorer>("storer", memories); },
      [&] { ifmap_buffer_ = std::make_unique<Buffer>("ifmap_buffer"); },
      [&] { weight_buffer_ = std::make_unique<Buffer>("weight_buffer"); },
      [&] { ofmap_buffer_ = std::make_unique<Buffer>("ofmap_buffer"); },
      [&] { sequencer_ = std::make_unique<Sequencer>("sequencer"); },
      [&] { array_ = std::make_unique<ArrayUnit>("array"); },
      [&] { decision_unit_ = std::make_unique<DecisionUnit>("prediction_unit"); },
  };
  make_in_order(make, options.construction_order);
}

void Accelerator::connect() {
  // DRAM -> loader -> buffers
  loader_->ifmap(ifmap_buffer_->access);
  loader_->weight(weight_buffer_->access);
  loader_->ofmap(ofmap_buffer_->access);  // residual tensors
  loader_->prediction(decision_unit_->decisions);

  // buffers -> array -> ofmap buffer, peeks past the prediction unit
  array_->ifmap_port(ifmap_buffer_->access);
  array_->weight_port(weight_buffer_->access);
  array_->ofmap_port(ofmap_buffer_->access);
  array_->peek_port(decision_unit_->decisions);

  // the sequencer watches the buffers and predictions, and drives array and storer
  sequencer_->ifmap(ifmap_buffer_->access);
  sequencer_->weight(weight_buffer_->access);
  sequencer_->ofmap(ofmap_buffer_->access);
  sequencer_->prediction(decision_unit_->decisions);
  sequencer_->array(array_->control);
  sequencer_->storer(storer_->steps);

  // ofmap buffer -> storer -> DRAM
  storer_->ofmap(ofmap_buffer_->access);
  storer_->prediction(decision_unit_->decisions);

  for (std::size_t i = 0; i < memories_.size(); ++i) {
    memories_[i]->bind(*loader_->memory[i]);
    memories_[i]->bind(*storer_->memory[i]);
  }
}

Cycle Accelerator::now() {
  return current_cycle();
}

std::size_t Accelerator::place_of(const MemoryKind* memory) const {
  if (memory == nullptr) return 0;
  const auto found = std::find(memory_kinds_.begin(), memory_kinds_.end(), memory);
  if (found == memory_kinds_.end())
    throw bug("accelerator", "the memory '" + std::string(memory->name) + "' is not bound");
  return static_cast<std::size_t>(found - memory_kinds_.begin());
}

Counters Accelerator::run(const Program& program, const MemoryKind* kind,
                          const Recorder& recorder) {
  const MachineSpec& machine = *program.machine;
  const std::size_t used = place_of(kind);
  Memory& memory = *memories_[used];
  const Cycle start = current_cycle();
  memory.begin(machine.dram);
  for (Buffer* buffer : {ifmap_buffer_.get(), weight_buffer_.get(), ofmap_buffer_.get()})
    buffer->begin();
  decision_unit_->begin(machine.prediction.latency, recorder);
  array_->begin(recorder);
  storer_->begin(used, recorder);
  loader_->begin(program, used, recorder);
  sequencer_->begin(program, recorder);
  Kernel::run({&memory, loader_.get(), loader_->memory[used].get(), storer_.get(),
               storer_->memory[used].get(), sequencer_.get(), decision_unit_.get()});
  check_against(program, memory);
  if (storer_->last_completion() > sequencer_->last_step_end())
    recorder.record(stall_event(sequencer_->last_step(), Stall::tail), sequencer_->last_step_end(),
                    storer_->last_completion());
  return counted(memory, start);
}

Counters Accelerator::counted(const Memory& memory, Cycle start) const {
  Counters c;
  c.cycles = storer_->last_completion() - start;
  c.array_busy = array_->busy();
  c.drain_stall = array_->drain_stall();
  c.predict_stall = sequencer_->waits().predict;
  c.memory_stall = sequencer_->waits().memory;
  c.tail = storer_->last_completion() - sequencer_->last_step_end();
  c.ifmap_reads = ifmap_buffer_->halves().reads();
  c.weight_reads = weight_buffer_->halves().reads();
  c.ofmap_writes = ofmap_buffer_->halves().writes();
  c.ifmap_fill_bytes = ifmap_buffer_->halves().filled_bytes();
  c.weight_fill_bytes = weight_buffer_->halves().filled_bytes();
  c.residual_bytes = ofmap_buffer_->halves().filled_bytes();
  c.dram_read_bytes = memory.read_bytes();
  c.dram_write_bytes = storer_->stored_bytes();
  c.comparisons = decision_unit_->comparisons();
  return c;
}

void Accelerator::check_against(const Program& program, const Memory& memory) const {
  const bool finished = sequencer_->finished() && loader_->finished() && storer_->finished();
  const bool all_tiles = array_->tiles() == static_cast<Count>(program.tiles.size());
  const bool all_written = memory.written_bytes() == storer_->stored_bytes();
  if (finished && all_tiles && all_written) return;
  throw bug("accelerator", "the run stopped at cycle " + std::to_string(current_cycle()) +
                               " with " + std::to_string(array_->tiles()) + " of " +
                               std::to_string(program.tiles.size()) + " tiles done");
}

}  // namespace peeksim::event
