#include "sim/engine/clocked/clocked_accelerator.h"

#include <algorithm>

#include "sim/base/bug.h"
#include "sim/engine/clocked/cycle_probe.h"
#include "sim/engine/clocked/dram.h"
#include "sim/engine/clocked/ifmap_buffer.h"
#include "sim/engine/clocked/loader.h"
#include "sim/engine/clocked/memory_bridge.h"
#include "sim/engine/clocked/pe_array.h"
#include "sim/engine/clocked/prediction_unit.h"
#include "sim/engine/clocked/storer.h"
#include "sim/engine/clocked/tap_sequencer.h"
#include "sim/engine/clocked/weight_buffer.h"
#include "sim/engine/kernel/construction_order.h"
#include "sim/engine/kernel/kernel.h"
#include "sim/engine/memory/dram_channel.h"

namespace peeksim::clocked {

ClockedAccelerator::ClockedAccelerator(const EngineOptions& options)
    : memory_kinds_(options.memories.empty() ? all_memories() : options.memories),
      wires_(std::make_unique<Wires>()),
      clock_(std::make_unique<Clock>("clock", wires_->done)) {
  clock_->drive(wires_->taps);
  // The array reads residuals straight from the ofmap buffer.
  ofmap_buffer_ = std::make_unique<OfmapBuffer>("ofmap_buffer", *wires_);
  const std::function<void()> make[block_count] = {
      [&] { make_memories(); },
      [&] { loader_ = std::make_unique<Loader>("loader", *clock_, *wires_); },
      [&] { storer_ = std::make_unique<Storer>("storer", *clock_, *wires_); },
      [&] { ifmap_buffer_ = std::make_unique<IfmapBuffer>("ifmap_buffer", *wires_); },
      [&] { weight_buffer_ = std::make_unique<WeightBuffer>("weight_buffer", *wires_); },
      [&] { sequencer_ = std::make_unique<TapSequencer>("sequencer", *clock_, *wires_); },
      [&] { array_ = std::make_unique<PeArray>("array", *clock_, *wires_, *ofmap_buffer_); },
      [&] {
        prediction_unit_ = std::make_unique<PredictionUnit>("prediction_unit", *clock_, *wires_);
      },
  };
  make_in_order(make, options.construction_order);
  probe_ = std::make_unique<CycleProbe>(*sequencer_, *array_, *prediction_unit_, *wires_);
}

ClockedAccelerator::~ClockedAccelerator() = default;

// The DRAM channel is moved byte by byte by a block of this engine's own, which checks the one that
// the event engine knows only by its timing; every other memory is bound as it is.
void ClockedAccelerator::make_memories() {
  dram_ = std::make_unique<Dram>("dram", *clock_, *wires_);
  for (const MemoryKind* kind : memory_kinds_) {
    if (kind->make == dram_channel_kind.make) continue;
    const std::string bridge = std::string(kind->name) + "_bridge";
    OtherMemory other{kind, kind->make(kind->name),
                      std::make_unique<MemoryBridge>(bridge.c_str(), *wires_)};
    other.memory->bind(other.bridge->load_port);
    other.memory->bind(other.bridge->store_port);
    other_memories_.push_back(std::move(other));
  }
}

ClockedAccelerator::OtherMemory* ClockedAccelerator::find(const MemoryKind* memory) {
  if (memory == nullptr) memory = memory_kinds_.front();
  if (std::find(memory_kinds_.begin(), memory_kinds_.end(), memory) == memory_kinds_.end())
    throw bug("clocked accelerator", "the memory '" + std::string(memory->name) + "' is not bound");
  for (OtherMemory& other : other_memories_)
    if (other.kind == memory) return &other;
  return nullptr;
}

Counters ClockedAccelerator::run(const Work& work, const MemoryKind* memory,
                                 const CycleObserver& cycles, Outcome& outcome) {
  OtherMemory* const used = find(memory);
  wires_->reset();
  dram_->begin(work.machine->dram, used == nullptr);
  for (OtherMemory& other : other_memories_) other.bridge->begin(&other == used);
  if (used != nullptr) used->memory->begin(work.machine->dram);
  loader_->begin(work);
  storer_->begin(work);
  ifmap_buffer_->begin(work);
  weight_buffer_->begin(work);
  ofmap_buffer_->begin(work, outcome.stored);
  sequencer_->begin(work, *ifmap_buffer_, array_->cut_short_pes());
  array_->begin(work, *ifmap_buffer_, *weight_buffer_);
  prediction_unit_->begin(work, outcome.predicted);
  show_cycles(cycles, work.group, used);
  clock_->start(used != nullptr);
  Kernel::run(modules(used));  // until the clock stops
  const Counters counters = counted(work, used);
  outcome.worst_deviation = std::max(outcome.worst_deviation, array_->worst_deviation());
  return counters;
}

void ClockedAccelerator::show_cycles(const CycleObserver& cycles, int group,
                                     const OtherMemory* other) {
  clock_->observe([this, cycles, group, other](Cycle cycle) {
    const Cycle of_layer = cycles.group_start + cycle;
    if (!cycles.observer->wants_cycle(cycles.image, of_layer)) return;
    view_.image = cycles.image;
    view_.group = group;
    view_.cycle = of_layer;
    probe_->read(view_);
    view_.loads = other != nullptr ? other->bridge->loads() : dram_->loads();
    view_.stores = other != nullptr ? other->bridge->stores() : dram_->stores();
    cycles.observer->on_cycle(view_);
  });
}

std::vector<const Module*> ClockedAccelerator::modules(const OtherMemory* other) const {
  std::vector<const Module*> all = {
      clock_.get(),        dram_.get(),           loader_.get(),       storer_.get(),
      ifmap_buffer_.get(), weight_buffer_.get(),  ofmap_buffer_.get(), sequencer_.get(),
      array_.get(),        prediction_unit_.get()};
  if (other != nullptr)
    all.insert(all.end(), {other->memory.get(), other->bridge.get(), &other->bridge->load_port,
                           &other->bridge->store_port});
  return all;
}

Counters ClockedAccelerator::counted(const Work& work, const OtherMemory* other) const {
  const Bytes written = other != nullptr ? other->memory->written_bytes() : dram_->written_bytes();
  if (!sequencer_->finished() || !loader_->finished() || written != storer_->stored_bytes())
    throw bug("clocked accelerator", "the run stopped at cycle " + std::to_string(clock_->now()) +
                                         " before the program was done");
  Counters c = sequencer_->counted();
  c += array_->counted();
  c += prediction_unit_->counted();
  c.ifmap_fill_bytes = ifmap_buffer_->filled_bytes();
  c.weight_fill_bytes = weight_buffer_->filled_bytes();
  c.residual_bytes = ofmap_buffer_->filled_bytes();
  c.ofmap_writes = ofmap_buffer_->writes();
  c.dram_read_bytes = other != nullptr ? other->memory->read_bytes() : dram_->read_bytes();
  c.dram_write_bytes = written;
  c.interpolated = ofmap_buffer_->copies();
  const Count never_written = c.outputs - c.ofmap_writes;
  c.predicted_zero = never_written + c.cut_short;
  c.macs_predicted += (never_written + c.interpolated) * work.plan->L;
  c.macs_total = c.macs_executed + c.macs_zero_gated + c.macs_predicted;
  return c;
}

}  // namespace peeksim::clocked
