// Options of how an engine builds its hardware blocks. They cannot change the result of a job that
// names its memory.
#pragma once

#include <vector>

namespace peeksim {

struct MemoryKind;

struct EngineOptions {
  // The order in which the hardware blocks are built: a permutation of 0 … EngineKind::blocks-1. It
  // cannot change any result, which tests show by changing it. Empty: the default.
  std::vector<int> construction_order;
  // The memories that jobs may choose from, the first one being the default. Empty: all rows
  // of memories() (memory/memory.h).
  std::vector<const MemoryKind*> memories;
};

}  // namespace peeksim
