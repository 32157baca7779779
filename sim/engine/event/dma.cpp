#include "sim/engine/event/dma.h"

#include <algorithm>

#include "sim/engine/kernel/cycle_time.h"

namespace peeksim {

namespace {

// Each tensor has a region of DRAM of its own. Addresses are indicative: a block is moved as one
// contiguous transfer (docs/deviations.md).
constexpr std::uint64_t region_bytes = std::uint64_t{256} << 20;
constexpr std::uint64_t ofmap_region = 3 * region_bytes;

// A tag tells which load a response answers.
int tag_of(const Load& load) {
  return load.index * 3 + static_cast<int>(load.tensor);
}

}  // namespace

DmaLoader::DmaLoader(const sc_core::sc_module_name& name)
    : Module(name),
      memory("memory", [this](const MemoryPort::Completed& transfer) { complete(transfer); }) {}

void DmaLoader::end_of_elaboration() {
  SC_HAS_PROCESS(DmaLoader);
  SC_METHOD(request);
  sensitive << start_ << ifmap->released_event() << weight->released_event()
            << ofmap->released_event() << prediction->ready_event() << memory.ready_event();
  dont_initialize();
}

void DmaLoader::begin(const Program& program, EventLog* log) {
  log_.begin(log);
  order_ = LoadOrder(program);
  outstanding_ = 0;
  std::fill(std::begin(offsets_), std::end(offsets_), 0);
  start_.notify(sc_core::SC_ZERO_TIME);
}

void DmaLoader::request() {
  guard([this] {
    while (!order_.done() && memory.ready()) {
      const Load load = order_.front();
      if (!buffer_of(load.tensor).half_free(load.index)) return;
      if (prediction->known().step < load.after_prediction_of) return;
      const auto tensor = static_cast<std::uint64_t>(load.tensor);
      const std::uint64_t address = tensor * region_bytes + offsets_[tensor] % region_bytes;
      offsets_[tensor] += load.bytes;
      order_.pop();
      ++outstanding_;
      log_.requested(tag_of(load),
                     load_event(load.step, load.tensor, load.index, current_cycle(), load.bytes));
      memory.send(tlm::TLM_READ_COMMAND, address, load.bytes, tag_of(load));
    }
  });
}

void DmaLoader::complete(const MemoryPort::Completed& transfer) {
  --outstanding_;
  log_.completed(transfer.tag, transfer.start, current_cycle());
  buffer_of(static_cast<Tensor>(transfer.tag % 3)).fill(transfer.tag / 3, transfer.bytes);
}

BufferIf& DmaLoader::buffer_of(Tensor tensor) {
  switch (tensor) {
    case Tensor::ifmap:
      return *ifmap.operator->();
    case Tensor::weight:
      return *weight.operator->();
    default:
      return *ofmap.operator->();
  }
}

DmaStorer::DmaStorer(const sc_core::sc_module_name& name)
    : Module(name),
      memory("memory", [this](const MemoryPort::Completed& transfer) { complete(transfer); }) {
  steps(*this);
}

void DmaStorer::end_of_elaboration() {
  SC_HAS_PROCESS(DmaStorer);
  SC_METHOD(request);
  sensitive << wake_ << prediction->ready_event() << memory.ready_event();
  dont_initialize();
}

void DmaStorer::begin(EventLog* log) {
  log_.begin(log);
  order_ = StoreOrder();
  outstanding_ = 0;
  stored_bytes_ = 0;
  last_completion_ = current_cycle();
}

void DmaStorer::step_ended(const Store& store) {
  order_.step_ended(store);
  wake_.notify(sc_core::SC_ZERO_TIME);
}

void DmaStorer::request() {
  guard([this] {
    const Cycle now = current_cycle();
    while (order_.front() != nullptr && memory.ready()) {
      const Store store = *order_.front();
      if (!order_.may_request(now, prediction->known().step)) {
        if (store.drain_end > now) wake_.notify(cycles(store.drain_end - now));
        return;
      }
      order_.pop();
      ++outstanding_;
      const std::uint64_t offset = static_cast<std::uint64_t>(stored_bytes_) % region_bytes;
      stored_bytes_ += store.bytes;
      log_.requested(store.step, store_event(store.step, now, store.bytes));
      memory.send(tlm::TLM_WRITE_COMMAND, ofmap_region + offset, store.bytes, store.step);
    }
  });
}

void DmaStorer::complete(const MemoryPort::Completed& transfer) {
  --outstanding_;
  last_completion_ = current_cycle();
  log_.completed(transfer.tag, transfer.start, last_completion_);
  ofmap->release(transfer.tag);
}

}  // namespace peeksim
