// The two DMA engines. The loader requests the program's loads in program order, each as soon as
// its half is free; the storer writes each finished step back. Each has a port to every memory that
// a job may choose.
#pragma once

#include <memory>
#include <vector>

#include "sim/engine/event/interfaces.h"
#include "sim/engine/event/transfer_log.h"
#include "sim/engine/kernel/module.h"
#include "sim/engine/memory/address_map.h"
#include "sim/engine/memory/memory_port.h"

namespace peeksim::event {

using MemoryPorts = std::vector<std::unique_ptr<MemoryPort>>;

class DmaLoader : public Module {
 public:
  DmaLoader(const sc_core::sc_module_name& name, std::size_t memories);

  MemoryPorts memory;
  sc_core::sc_port<BufferIf> ifmap, weight, ofmap;
  sc_core::sc_port<DecisionIf> prediction;

  // `memory`: the ordinal, among the ports, of the memory that the program uses.
  void begin(const Program& program, std::size_t memory, const Recorder& recorder);
  bool finished() const { return order_.done() && outstanding_ == 0; }

 private:
  void end_of_elaboration() override;
  void request();  // process: requests all loads that may be requested now
  void complete(const MemoryPort::Completed& transfer);
  BufferIf& buffer_of(Tensor tensor);

  MemoryPort* port_ = nullptr;
  LoadOrder order_;
  int outstanding_ = 0;
  AddressMap addresses_;
  TransferLog log_;
  sc_core::sc_event start_;
};

class DmaStorer : public Module, public StorerIf {
 public:
  DmaStorer(const sc_core::sc_module_name& name, std::size_t memories);

  MemoryPorts memory;
  sc_core::sc_export<StorerIf> steps;
  sc_core::sc_port<BufferIf> ofmap;
  sc_core::sc_port<DecisionIf> prediction;

  void begin(std::size_t memory, const Recorder& recorder);
  bool finished() const { return order_.front() == nullptr && outstanding_ == 0; }
  Cycle last_completion() const { return last_completion_; }
  Bytes stored_bytes() const { return stored_bytes_; }

  void step_ended(const Store& store) override;

 private:
  void end_of_elaboration() override;
  void request();  // process: requests the stores that may be requested now
  void complete(const MemoryPort::Completed& transfer);

  MemoryPort* port_ = nullptr;
  StoreOrder order_;
  int outstanding_ = 0;
  Cycle last_completion_ = 0;
  Bytes stored_bytes_ = 0;
  AddressMap addresses_;
  TransferLog log_;
  sc_core::sc_event wake_;
};

}  // namespace peeksim::event
