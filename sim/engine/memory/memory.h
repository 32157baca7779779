// The table of memories behind the DMA engines. Both engines bind any of them. Adding one is one
// file here and one row in memory.cpp; no key of a machine chooses between them as long as there is
// one.
#pragma once

#include <memory>
#include <vector>

#include "sim/config/machine.h"
#include "sim/engine/kernel/module.h"

namespace peeksim {

class MemoryPort;

// A TLM-2.0 target. Of requests in the same cycle loads go before stores. A memory's timing
// depends on the requests since begin() and on their cycles counted from begin(), never on the
// kernel's time, nor on earlier programs: an engine may simulate convolution groups and images
// that are alike once and add them up. It may read and write the data of a transfer, all of its
// bytes at any time; but there is nothing in them, and all transfers share them.
class Memory : public Module {
 public:
  // During elaboration, once for each DMA engine.
  virtual void bind(MemoryPort& port) = 0;
  // A program starts now, and no transfer is in flight.
  virtual void begin(const DramSpec& spec) = 0;
  // Since the program started.
  virtual Bytes read_bytes() const = 0;
  virtual Bytes written_bytes() const = 0;

 protected:
  explicit Memory(const sc_core::sc_module_name& name) : Module(name) {}
};

struct MemoryKind {
  const char* name;
  const char* meaning;
  std::unique_ptr<Memory> (*make)(const char* name);
};

const std::vector<MemoryKind>& memories();

// Pointers to the rows of memories().
std::vector<const MemoryKind*> all_memories();

}  // namespace peeksim
