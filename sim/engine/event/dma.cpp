#include "sim/engine/event/dma.h"

#include <algorithm>

#include "sim/engine/kernel/cycle_time.h"

namespace peeksim::event {

namespace {

MemoryPorts make_ports(std::size_t count, const MemoryPort::Completion& completed) {
  MemoryPorts ports;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = i == 0 ? "memory" : "memory_" + std::to_string(i);
    ports.push_back(std::make_unique<MemoryPort>(name.c_str(), completed));
  }
  return ports;
}

// The tag identifies the load that a response answers.
int tag_of(const Load& load) {
  return load.index * 3 + static_cast<int>(load.tensor);
}

}  // namespace

DmaLoader::DmaLoader(const sc_core::sc_module_name& name, std::size_t memories)
    : Module(name), memory(make_ports(memories, [this](const MemoryPort::Completed& transfer) {
        complete(transfer);
      })) {}

void DmaLoader::end_of_elaboration() {
  SC_HAS_PROCESS(DmaLoader);
  SC_METHOD(request);
  sensitive << start_ << ifmap->released_event() << weight->released_event()
            << ofmap->released_event() << prediction->ready_event();
  for (const auto& port : memory) sensitive << port->ready_event();
  dont_initialize();
}

void DmaLoader::begin(const Program& program, std::size_t used, const Recorder& recorder) {
  log_.begin(recorder);
  port_ = memory[used].get();
  order_ = LoadOrder(program);
  outstanding_ = 0;
  addresses_ = AddressMap();
  start_.notify(sc_core::SC_ZERO_TIME);
}

void DmaLoader::request() {
  guard([this] {
    while (!order_.done() && port_->ready()) {
      const Load load = order_.front();
      if (!buffer_of(load.tensor).half_free(load.index)) return;
      if (prediction->known().decision < load.after) return;
      const std::uint64_t address = addresses_.load(load.tensor, load.bytes);
      order_.pop();
      ++outstanding_;
      log_.requested(tag_of(load),
                     load_event(load.step, load.tensor, load.index, current_cycle(), load.bytes));
      port_->send(tlm::TLM_READ_COMMAND, address, load.bytes, tag_of(load));
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

DmaStorer::DmaStorer(const sc_core::sc_module_name& name, std::size_t memories)
    : Module(name), memory(make_ports(memories, [this](const MemoryPort::Completed& transfer) {
        complete(transfer);
      })) {
  steps(*this);
}

void DmaStorer::end_of_elaboration() {
  SC_HAS_PROCESS(DmaStorer);
  SC_METHOD(request);
  sensitive << wake_ << prediction->ready_event();
  for (const auto& port : memory) sensitive << port->ready_event();
  dont_initialize();
}

void DmaStorer::begin(std::size_t used, const Recorder& recorder) {
  log_.begin(recorder);
  port_ = memory[used].get();
  order_ = StoreOrder();
  outstanding_ = 0;
  stored_bytes_ = 0;
  addresses_ = AddressMap();
  last_completion_ = current_cycle();
}

void DmaStorer::step_ended(const Store& store) {
  order_.step_ended(store);
  wake_.notify(sc_core::SC_ZERO_TIME);
}

void DmaStorer::request() {
  guard([this] {
    const Cycle now = current_cycle();
    while (order_.front() != nullptr && port_->ready()) {
      const Store store = *order_.front();
      if (!order_.may_request(now, prediction->known().decision)) {
        if (store.drain_end > now) wake_.notify(until(store.drain_end));
        return;
      }
      order_.pop();
      ++outstanding_;
      stored_bytes_ += store.bytes;
      log_.requested(store.step, store_event(store.step, now, store.bytes));
      port_->send(tlm::TLM_WRITE_COMMAND, addresses_.store(store.bytes), store.bytes, store.step);
    }
  });
}

void DmaStorer::complete(const MemoryPort::Completed& transfer) {
  --outstanding_;
  last_completion_ = current_cycle();
  log_.completed(transfer.tag, transfer.start, last_completion_);
  ofmap->release(transfer.tag);
}

}  // namespace peeksim::event
