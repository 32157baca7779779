#include "sim/engine/clocked/clocked_accelerator.h"

#include <algorithm>

#include "sim/base/bug.h"
#include "sim/engine/clocked/dram.h"
#include "sim/engine/clocked/ifmap_buffer.h"
#include "sim/engine/clocked/loader.h"
#include "sim/engine/clocked/pe_array.h"
#include "sim/engine/clocked/prediction_unit.h"
#include "sim/engine/clocked/sequencer.h"
#include "sim/engine/clocked/storer.h"
#include "sim/engine/clocked/waveform.h"
#include "sim/engine/clocked/weight_buffer.h"
#include "sim/engine/kernel/construction_order.h"

namespace peeksim {

using namespace clocked;

ClockedAccelerator::ClockedAccelerator(const MachineSpec& machine,
                                       const std::vector<int>& construction_order)
    : wires_(std::make_unique<Wires>()), clock_(std::make_unique<Clock>("clock", wires_->done)) {
  // The array reads residuals straight from the ofmap buffer.
  ofmap_buffer_ = std::make_unique<OfmapBuffer>("ofmap_buffer", *wires_);
  const std::function<void()> make[block_count] = {
      [&] { dram_ = std::make_unique<Dram>("dram", *clock_, *wires_, machine.dram); },
      [&] { loader_ = std::make_unique<Loader>("loader", *clock_, *wires_, machine); },
      [&] { storer_ = std::make_unique<Storer>("storer", *clock_, *wires_); },
      [&] { ifmap_buffer_ = std::make_unique<IfmapBuffer>("ifmap_buffer", *wires_, machine); },
      [&] { weight_buffer_ = std::make_unique<WeightBuffer>("weight_buffer", *wires_); },
      [&] { sequencer_ = std::make_unique<Sequencer>("sequencer", *clock_, *wires_, machine); },
      [&] {
        array_ = std::make_unique<PeArray>("array", *clock_, *wires_, *ofmap_buffer_, machine);
      },
      [&] {
        prediction_unit_ =
            std::make_unique<PredictionUnit>("prediction_unit", *clock_, *wires_, machine);
      },
  };
  make_in_order(make, construction_order);
}

ClockedAccelerator::~ClockedAccelerator() = default;

Counters ClockedAccelerator::run(const Work& work, Outcome& outcome) {
  wires_->reset();
  dram_->begin();
  loader_->begin(work);
  storer_->begin(work);
  ifmap_buffer_->begin(work);
  weight_buffer_->begin(work);
  ofmap_buffer_->begin(work, outcome.stored);
  sequencer_->begin(work);
  array_->begin(work);
  prediction_unit_->begin(work, outcome.predicted);
  Waveform* const waveform = work.waveform;
  clock_->observe(nullptr);
  if (waveform != nullptr) {
    waveform->begin(work);
    const Probes probes{*sequencer_, *array_, *prediction_unit_, *dram_, *wires_};
    if (waveform->wants_cycles())
      clock_->observe([waveform, probes](Cycle cycle) { waveform->show(cycle, probes); });
  }
  clock_->start();
  sc_core::sc_start();  // until the clock stops
  for (const Module* module : std::initializer_list<const Module*>{
           clock_.get(), dram_.get(), loader_.get(), storer_.get(), ifmap_buffer_.get(),
           weight_buffer_.get(), ofmap_buffer_.get(), sequencer_.get(), array_.get(),
           prediction_unit_.get()})
    module->rethrow_failure();
  if (!sequencer_->finished() || !loader_->finished() ||
      dram_->written_bytes() != storer_->stored_bytes())
    throw bug("clocked accelerator", "the run stopped at cycle " + std::to_string(clock_->now()) +
                                         " before the program was done");

  Counters c = sequencer_->counted();
  if (waveform != nullptr) waveform->end(c.cycles);
  c += array_->counted();
  c += prediction_unit_->counted();
  c.ifmap_fill_bytes = ifmap_buffer_->filled_bytes();
  c.weight_fill_bytes = weight_buffer_->filled_bytes();
  c.residual_bytes = ofmap_buffer_->filled_bytes();
  c.ofmap_writes = ofmap_buffer_->writes();
  c.dram_read_bytes = dram_->read_bytes();
  c.dram_write_bytes = dram_->written_bytes();
  c.peeks = c.comparisons;
  if (work.has_peeks()) c.neighbors = c.outputs - c.peeks;
  c.predicted_zero = c.outputs - c.ofmap_writes;
  c.macs_predicted = c.predicted_zero * work.plan->L;
  c.macs_total = c.macs_executed + c.macs_zero_gated + c.macs_predicted;
  outcome.worst_deviation = std::max(outcome.worst_deviation, array_->worst_deviation());
  return c;
}

}  // namespace peeksim
