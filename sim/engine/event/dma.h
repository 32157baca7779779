// The two DMA engines. The loader requests the program's loads in their one order, each as soon as
// its half is free; the storer writes each finished step back.
#pragma once

#include "sim/engine/event/interfaces.h"
#include "sim/engine/event/transfer_log.h"
#include "sim/engine/kernel/module.h"
#include "sim/engine/memory/memory_port.h"

namespace peeksim {

class DmaLoader : public Module {
 public:
  explicit DmaLoader(const sc_core::sc_module_name& name);

  MemoryPort memory;
  sc_core::sc_port<BufferIf> ifmap, weight, ofmap;
  sc_core::sc_port<PredictionIf> prediction;

  void begin(const Program& program, EventLog* log);
  bool finished() const { return order_.done() && outstanding_ == 0; }

 private:
  void end_of_elaboration() override;
  void request();  // process: requests all loads that may be requested now
  void complete(const MemoryPort::Completed& transfer);
  BufferIf& buffer_of(Tensor tensor);

  LoadOrder order_;
  int outstanding_ = 0;
  std::uint64_t offsets_[3] = {0, 0, 0};  // how far each tensor has been read
  TransferLog log_;
  sc_core::sc_event start_;
};

class DmaStorer : public Module, public StorerIf {
 public:
  explicit DmaStorer(const sc_core::sc_module_name& name);

  MemoryPort memory;
  sc_core::sc_export<StorerIf> steps;
  sc_core::sc_port<BufferIf> ofmap;
  sc_core::sc_port<PredictionIf> prediction;

  void begin(EventLog* log);
  bool finished() const { return order_.front() == nullptr && outstanding_ == 0; }
  Cycle last_completion() const { return last_completion_; }
  Bytes stored_bytes() const { return stored_bytes_; }

  void step_ended(const Store& store) override;

 private:
  void end_of_elaboration() override;
  void request();  // process: requests the stores that may be requested now
  void complete(const MemoryPort::Completed& transfer);

  StoreOrder order_;
  int outstanding_ = 0;
  Cycle last_completion_ = 0;
  Bytes stored_bytes_ = 0;
  TransferLog log_;
  sc_core::sc_event wake_;
};

}  // namespace peeksim
