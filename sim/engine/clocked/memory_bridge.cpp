#include "sim/engine/clocked/memory_bridge.h"

#include "sim/engine/kernel/cycle_time.h"

namespace peeksim::clocked {

MemoryBridge::MemoryBridge(const sc_core::sc_module_name& name, Wires& wires)
    : Module(name),
      load_port("load_port", [this](const MemoryPort::Completed& done) { complete_load(done); }),
      store_port("store_port", [this](const MemoryPort::Completed& done) { complete_store(done); }),
      wires_(wires) {
  SC_HAS_PROCESS(MemoryBridge);
  SC_METHOD(send_loads);
  sensitive << wires.load_request.arrived() << load_port.ready_event();
  dont_initialize();
  SC_METHOD(send_stores);
  sensitive << wires.store_request.arrived() << store_port.ready_event();
  dont_initialize();
}

void MemoryBridge::begin(bool used) {
  used_ = used;
  start_ = current_cycle();
  tags_ = 0;
  addresses_ = AddressMap();
  loads_.clear();
  stores_.clear();
}

// The clock may not have ticked yet in a cycle in which a memory answers.
Cycle MemoryBridge::now() const {
  return current_cycle() - start_;
}

void MemoryBridge::send_loads() {
  if (!used_) return;
  guard([this] {
    while (!wires_.load_request.empty() && load_port.ready()) {
      LoadRequest load = wires_.load_request.pop();
      load.at = now();
      loads_.emplace(++tags_, load);
      load_port.send(tlm::TLM_READ_COMMAND, addresses_.load(load.tensor, load.bytes), load.bytes,
                     tags_);
    }
  });
}

void MemoryBridge::send_stores() {
  if (!used_) return;
  guard([this] {
    while (!wires_.store_request.empty() && store_port.ready()) {
      StoreRequest store = wires_.store_request.pop();
      store.at = now();
      stores_.emplace(++tags_, store);
      store_port.send(tlm::TLM_WRITE_COMMAND, addresses_.store(store.bytes), store.bytes, tags_);
    }
  });
}

void MemoryBridge::complete_load(const MemoryPort::Completed& transfer) {
  const auto found = loads_.find(transfer.tag);
  found->second.start = transfer.start - start_;
  wires_.load_response.push(found->second);
  loads_.erase(found);
}

void MemoryBridge::complete_store(const MemoryPort::Completed& transfer) {
  const auto found = stores_.find(transfer.tag);
  found->second.start = transfer.start - start_;
  wires_.store_response.push(found->second);
  stores_.erase(found);
}

}  // namespace peeksim::clocked
