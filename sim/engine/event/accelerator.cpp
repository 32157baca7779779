#include "sim/engine/event/accelerator.h"

#include "sim/base/bug.h"
#include "sim/engine/event/buffer.h"
#include "sim/engine/event/dma.h"
#include "sim/engine/event/pe_array.h"
#include "sim/engine/event/prediction_unit.h"
#include "sim/engine/event/sequencer.h"
#include "sim/engine/kernel/construction_order.h"
#include "sim/engine/kernel/cycle_time.h"
#include "sim/engine/memory/dram.h"

namespace peeksim {

Accelerator::Accelerator(const MachineSpec& machine) : Accelerator(machine, Options()) {}

Accelerator::Accelerator(const MachineSpec& machine, const Options& options) {
  make_blocks(machine, options);
  connect(options);
}

Accelerator::~Accelerator() = default;

void Accelerator::make_blocks(const MachineSpec& machine, const Options& options) {
  const std::function<void()> make[block_count] = {
      [&] {
        if (!options.bind_memory) dram_ = std::make_unique<Dram>("dram", machine.dram);
      },
      [&] { loader_ = std::make_unique<DmaLoader>("loader"); },
      [&] { storer_ = std::make_unique<DmaStorer>("storer"); },
      [&] { ifmap_buffer_ = std::make_unique<Buffer>("ifmap_buffer"); },
      [&] { weight_buffer_ = std::make_unique<Buffer>("weight_buffer"); },
      [&] { ofmap_buffer_ = std::make_unique<Buffer>("ofmap_buffer"); },
      [&] { sequencer_ = std::make_unique<Sequencer>("sequencer"); },
      [&] { array_ = std::make_unique<PeArray>("array", machine); },
      [&] {
        prediction_unit_ =
            std::make_unique<PredictionUnit>("prediction_unit", machine.prediction.latency);
      },
  };
  make_in_order(make, options.construction_order);
}

void Accelerator::connect(const Options& options) {
  // DRAM -> loader -> buffers
  loader_->ifmap(ifmap_buffer_->access);
  loader_->weight(weight_buffer_->access);
  loader_->ofmap(ofmap_buffer_->access);  // residual tensors
  loader_->prediction(prediction_unit_->predictions);

  // buffers -> array -> ofmap buffer, peeks past the prediction unit
  array_->ifmap_port(ifmap_buffer_->access);
  array_->weight_port(weight_buffer_->access);
  array_->ofmap_port(ofmap_buffer_->access);
  array_->peek_port(prediction_unit_->predictions);

  // the sequencer watches the buffers and predictions, and drives array and storer
  sequencer_->ifmap(ifmap_buffer_->access);
  sequencer_->weight(weight_buffer_->access);
  sequencer_->ofmap(ofmap_buffer_->access);
  sequencer_->prediction(prediction_unit_->predictions);
  sequencer_->array(array_->control);
  sequencer_->storer(storer_->steps);

  // ofmap buffer -> storer -> DRAM
  storer_->ofmap(ofmap_buffer_->access);
  storer_->prediction(prediction_unit_->predictions);

  for (MemoryPort* port : {&loader_->memory, &storer_->memory}) {
    if (options.bind_memory)
      options.bind_memory(*port);
    else
      port->socket.bind(dram_->socket);
  }
}

Counters Accelerator::run(const Program& program, EventLog* log) {
  const Cycle start = current_cycle();
  const std::size_t logged_before = log != nullptr ? log->size() : 0;
  if (dram_) dram_->begin();
  for (Buffer* buffer : {ifmap_buffer_.get(), weight_buffer_.get(), ofmap_buffer_.get()})
    buffer->begin();
  prediction_unit_->begin(log);
  array_->begin();
  storer_->begin(log);
  loader_->begin(program, log);
  sequencer_->begin(program, log);
  sc_core::sc_start();  // until nothing is left to happen
  for (const Module* module :
       std::initializer_list<const Module*>{dram_.get(), loader_.get(), &loader_->memory,
                                            storer_.get(), &storer_->memory, sequencer_.get()})
    if (module != nullptr) module->rethrow_failure();
  check_against(program);
  if (log != nullptr) shift_events(*log, logged_before, -start);

  const Bytes residual = ofmap_buffer_->halves().filled_bytes();
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
  c.residual_bytes = residual;
  c.dram_read_bytes =
      dram_ ? dram_->read_bytes() : c.ifmap_fill_bytes + c.weight_fill_bytes + c.residual_bytes;
  c.dram_write_bytes = storer_->stored_bytes();
  c.comparisons = prediction_unit_->comparisons();
  return c;
}

void Accelerator::check_against(const Program& program) const {
  const bool finished = sequencer_->finished() && loader_->finished() && storer_->finished();
  const bool all_tiles = array_->tiles() == static_cast<Count>(program.tiles.size());
  const bool all_written = !dram_ || dram_->written_bytes() == storer_->stored_bytes();
  if (finished && all_tiles && all_written) return;
  throw bug("accelerator", "the run stopped at cycle " + std::to_string(current_cycle()) +
                               " with " + std::to_string(array_->tiles()) + " of " +
                               std::to_string(program.tiles.size()) + " tiles done");
}

}  // namespace peeksim
