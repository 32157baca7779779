// The accelerator: all hardware blocks and their connections. accelerator.cpp reads as the block
// diagram of docs/machine.md.
#pragma once

#include <memory>
#include <vector>

#include "sim/base/counters.h"
#include "sim/engine/engine_options.h"
#include "sim/engine/kernel/kernel.h"
#include "sim/engine/memory/memory.h"
#include "sim/engine/observer.h"
#include "sim/schedule/program.h"

namespace peeksim::event {

class ArrayUnit;
class Buffer;
class DecisionUnit;
class DmaLoader;
class DmaStorer;
class Sequencer;

// The kernel elaborates once per process: a process makes one Accelerator and runs everything on
// it. (A test may make another in a fresh sc_simcontext.)
class Accelerator {
 public:
  static constexpr int block_count = 9;  // hardware blocks that the constructor makes

  explicit Accelerator(const EngineOptions& options);
  ~Accelerator();

  // Runs a program on the machine that it is of, from empty buffers to the completion of its last
  // store, and returns what the blocks counted: cycles and their parts, tiles, reads, writes,
  // fills, traffic, comparisons. Throws Error(internal) when the blocks moved other bytes, or ran
  // other tiles, than the program has, or when `memory` is not one of the accelerator's.
  Counters run(const Program& program, const MemoryKind* memory, const Recorder& recorder);

  // The cycle at which a program that is run now begins.
  static Cycle now();

 private:
  void make_blocks(const EngineOptions& options);
  void connect();
  std::size_t place_of(const MemoryKind* memory) const;
  Counters counted(const Memory& memory, Cycle start) const;
  void check_against(const Program& program, const Memory& memory) const;

  std::vector<const MemoryKind*> memory_kinds_;
  std::vector<std::unique_ptr<Memory>> memories_;
  std::unique_ptr<DmaLoader> loader_;
  std::unique_ptr<DmaStorer> storer_;
  std::unique_ptr<Buffer> ifmap_buffer_, weight_buffer_, ofmap_buffer_;
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<ArrayUnit> array_;
  std::unique_ptr<DecisionUnit> decision_unit_;
};

}  // namespace peeksim::event
