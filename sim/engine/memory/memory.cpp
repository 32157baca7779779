#include "sim/engine/memory/memory.h"

#include "sim/engine/memory/dram_channel.h"

namespace peeksim {

const std::vector<MemoryKind>& memories() {
  static const std::vector<MemoryKind> table = {dram_channel_kind};
  return table;
}

std::vector<const MemoryKind*> all_memories() {
  std::vector<const MemoryKind*> rows;
  for (const MemoryKind& kind : memories()) rows.push_back(&kind);
  return rows;
}

}  // namespace peeksim
