// How the blocks of an engine are made. None of it can change a result of a memory that a job
// names.
#pragma once

#include <vector>

namespace peeksim {

struct MemoryKind;

struct EngineOptions {
  // The order in which the hardware blocks are made: a permutation of 0 … EngineKind::blocks-1. It
  // cannot change any result, which tests show by changing it. Empty: the usual one.
  std::vector<int> construction_order;
  // The memories that jobs may choose from, the first one being the usual choice. Empty: all rows
  // of memories() (memory/memory.h).
  std::vector<const MemoryKind*> memories;
};

}  // namespace peeksim
