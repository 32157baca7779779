// The accelerator: every hardware block, and how they are wired. accelerator.cpp reads as the block
// diagram of docs/machine.md.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "sim/base/counters.h"
#include "sim/config/machine.h"
#include "sim/engine/event_log.h"
#include "sim/schedule/program.h"

namespace peeksim {

class Buffer;
class DmaLoader;
class DmaStorer;
class Dram;
class MemoryPort;
class PeArray;
class PredictionUnit;
class Sequencer;

// The kernel elaborates once per process: a process makes one Accelerator and runs everything on
// it. (A test may make another in a fresh sc_simcontext.)
class Accelerator {
 public:
  static constexpr int block_count = 9;  // hardware blocks that the constructor makes

  // Connects a DMA engine's port to another memory than the built-in DRAM channel.
  using BindMemory = std::function<void(MemoryPort&)>;

  struct Options {
    // The order in which the blocks are made: a permutation of 0 … block_count-1. It cannot change
    // any result, which tests show by changing it.
    std::vector<int> construction_order;
    BindMemory bind_memory;  // none: the built-in DRAM channel
  };

  explicit Accelerator(const MachineSpec& machine);
  Accelerator(const MachineSpec& machine, const Options& options);
  ~Accelerator();

  // Runs a program from empty buffers to the completion of its last store, and returns what the
  // blocks counted: cycles and their parts, tiles, reads, writes, fills, traffic, comparisons.
  // Throws Error(internal) when the blocks moved other bytes, or ran other tiles, than the program
  // asked for. Appends what happened to `log` unless it is null, in no particular order, cycles
  // counted from the start of the program.
  Counters run(const Program& program, EventLog* log = nullptr);

 private:
  void make_blocks(const MachineSpec& machine, const Options& options);
  void connect(const Options& options);
  void check_against(const Program& program) const;

  std::unique_ptr<Dram> dram_;
  std::unique_ptr<DmaLoader> loader_;
  std::unique_ptr<DmaStorer> storer_;
  std::unique_ptr<Buffer> ifmap_buffer_, weight_buffer_, ofmap_buffer_;
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<PeArray> array_;
  std::unique_ptr<PredictionUnit> prediction_unit_;
};

}  // namespace peeksim
