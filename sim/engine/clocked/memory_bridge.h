// Connects an external memory in place of the engine's DRAM: passes the DMA engines' requests on to
// its TLM-2.0 ports, and its answers back.
#pragma once

#include <deque>
#include <unordered_map>

#include "sim/engine/clocked/wires.h"
#include "sim/engine/memory/address_map.h"
#include "sim/engine/memory/memory_port.h"

namespace peeksim::clocked {

class MemoryBridge : public Module {
 public:
  MemoryBridge(const sc_core::sc_module_name& name, Wires& wires);

  MemoryPort load_port, store_port;

  // `used`: the program's transfers go to this memory.
  void begin(bool used);

  // For waveforms: transfers in flight. Only the memory knows what is on its channel.
  bool loads() const { return !loads_.empty(); }
  bool stores() const { return loads_.empty() && !stores_.empty(); }

 private:
  void send_loads();
  void send_stores();
  void complete_load(const MemoryPort::Completed& transfer);
  void complete_store(const MemoryPort::Completed& transfer);
  Cycle now() const;

  Wires& wires_;
  bool used_ = false;
  Cycle start_ = 0;  // of the program
  int tags_ = 0;
  AddressMap addresses_;
  std::unordered_map<int, LoadRequest> loads_;  // in flight, by tag
  std::unordered_map<int, StoreRequest> stores_;
};

}  // namespace peeksim::clocked
